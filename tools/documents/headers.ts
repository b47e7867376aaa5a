/** The properties and headers of messages, for the AsyncAPI document. */
import { eventContentType } from '../../contracts/events';
import { platformAppId } from '../../contracts/names';
import { historyHeaders } from '../../lib/broker/message-copy';
import { signatureHeader } from '../../lib/broker/signature';
import { requestIdHeader } from '../../lib/logging/correlation';

const jsonTrait = { contentType: 'application/json' };
const headers = (schema: string) => ({ $ref: `#/components/schemas/${schema}` });
const sentTrait = { ...jsonTrait, headers: headers('Headers') };
const correlationId = { location: '$message.header#/correlation_id' };
export const messageTraits = {
  request: { ...sentTrait, correlationId },
  notice: sentTrait,
  event: { contentType: eventContentType, headers: headers('EventHeaders') },
  reply: { ...jsonTrait, correlationId },
};
const text = { type: 'string' };

/** AMQP properties and headers, by name. */
const sentHeaders = {
  type: 'object',
  properties: {
    app_id: { type: 'string', const: platformAppId },
    message_id: { type: 'string', format: 'uuid' },
    delivery_mode: { type: 'integer', const: 2 },
    reply_to: { ...text, description: 'In a request: `amq.rabbitmq.reply-to`.' },
    correlation_id: { ...text, description: 'In a request; its reply has the same.' },
    expiration: { ...text, description: 'In a request: its timeout in milliseconds, as text.' },
    [requestIdHeader]: { ...text, description: 'The id of the HTTP request that caused it, if any.' },
    traceparent: { ...text, description: 'W3C Trace Context, if tracing is on.' },
    [signatureHeader]: { ...text, description: 'HMAC-SHA256 with `MESSAGE_SECRET`, if that is set.' },
  },
};

const { app_id, delivery_mode, traceparent, [signatureHeader]: signature } = sentHeaders.properties;
const eventHeaders = {
  type: 'object',
  properties: {
    app_id,
    message_id: { ...text, description: "The event's `id`." },
    delivery_mode,
    traceparent,
    [signatureHeader]: signature,
  },
};

const courseHeaders = {
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(historyHeaders).map(([name, header]) => [
      header,
      name === 'attempts' || name === 'redriven' ? { type: 'integer', minimum: 1 } : text,
    ]),
  ),
};

export const headerSchemas = { Headers: sentHeaders, EventHeaders: eventHeaders, CourseHeaders: courseHeaders };
