import { z } from 'zod';
import { toJsonSchemas } from '../../api/openapi/operation';
import { deadQueue, platformAppId, queues, ratingsExchange, retryQueue } from '../../contracts/names';
import { historyHeaders } from '../../lib/broker/message-copy';
import { signatureHeader } from '../../lib/broker/signature';
import { requestIdHeader } from '../../lib/logging/correlation';
import { flows, rating } from './flows';

export function asyncApiDocument() {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Messages between the services',
      version: '1',
      description,
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      rabbitmq: { host: 'localhost:5672', protocol: 'amqp', protocolVersion: '0.9.1', description: 'RabbitMQ' },
    },
    channels: channels(),
    operations: operations(),
    components: components(),
  };
}

const description = `Bodies are JSON (UTF-8). Messages are persistent and published with \`mandatory\` and confirms. Consumers ignore unknown fields.
A request has \`reply_to\` and \`correlation_id\`; its \`expiration\` is its sender's timeout. A message with our \`app_id\` and a
\`reply_to\` is a request of a running order. Any other valid message on a queue that old programs share is adopted. A body that is not
JSON or does not match goes to the \`.dead\` queue with the reason; a message that cannot be handled yet waits in the \`.retry\` queue.`;

const ref = (...path: string[]) => ({ $ref: `#/${path.join('/')}` });
const refs = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, ref('components', 'messages', name)]));

const queueChannel = (address: string, message: string, description: string) => ({
  address,
  description,
  messages: refs(message),
  bindings: {
    amqp: {
      is: 'queue',
      queue: { name: address, durable: true, exclusive: false, autoDelete: false, vhost: '/' },
      bindingVersion: '0.3.0',
    },
  },
});

function queueChannels(key: keyof typeof queues, message: string, description: string) {
  const queue = queues[key];
  const waiting = `Messages of \`${queue}\` that wait for their next attempt, as copies with their history in headers.`;
  const dead = `Messages of \`${queue}\` that cannot be handled, unchanged, with the reason in headers.`;
  return {
    [key]: queueChannel(queue, message, description),
    [`${key}Retry`]: queueChannel(retryQueue(queue), message, waiting),
    [`${key}Dead`]: queueChannel(deadQueue(queue), 'DeadLetter', dead),
  };
}

const channels = () => ({
  ...merged(flows.map(({ key, message, description }) => queueChannels(key, message.name, description))),
  ratings: {
    address: ratingsExchange,
    description:
      'Ratings, for every service that counts them. Transient, as old programs declare it; the queues bound to it are durable.',
    messages: refs(rating.message.name),
    bindings: {
      amqp: {
        is: 'routingKey',
        exchange: { name: ratingsExchange, type: 'fanout', durable: false, autoDelete: false, vhost: '/' },
        bindingVersion: '0.3.0',
      },
    },
  },
  ...merged(
    rating.queues.map(({ key }) =>
      queueChannels(key, rating.message.name, `A service's own queue, bound to \`${ratingsExchange}\`.`),
    ),
  ),
  replies: {
    address: 'amq.rabbitmq.reply-to',
    description:
      "RabbitMQ's direct replies: no queue is declared, and nothing is kept for a requester that has disconnected.",
    messages: refs(...flows.flatMap(({ reply }) => (reply ? [reply.name] : []))),
  },
});

const merged = (parts: object[]): object => Object.assign({}, ...parts) as object;

function operations() {
  const operation = (action: 'send' | 'receive', process: string, channel: string, message: string, reply?: string) => [
    `${process}.${action}.${channel}`,
    {
      action,
      channel: ref('channels', channel),
      messages: [ref('channels', channel, 'messages', message)],
      tags: [{ name: process }],
      ...(reply && { reply: replyWith(reply) }),
    },
  ];
  return Object.fromEntries([
    ...flows.flatMap(({ key, senders, receiver, message, reply }) => [
      ...senders.map((sender) => operation('send', sender, key, message.name, reply?.name)),
      operation('receive', receiver, key, message.name, reply?.name),
    ]),
    operation('send', rating.sender, 'ratings', rating.message.name),
    ...rating.queues.map(({ key, receiver }) => operation('receive', receiver, key, rating.message.name)),
  ]) as Record<string, object>;
}

const replyWith = (message: string) => ({
  address: { location: '$message.header#/reply_to', description: 'The property `reply_to` of the request.' },
  channel: ref('channels', 'replies'),
  messages: [ref('channels', 'replies', 'messages', message)],
});

const replyOf = (value: z.ZodType) =>
  z.union([
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), retryable: z.boolean(), code: z.string(), message: z.string() }),
  ]);

function components() {
  const replies = flows.flatMap(({ reply }) => reply ?? []);
  const sent = [...flows.map(({ message }) => message), rating.message];
  const requests = new Set(flows.filter(({ reply }) => reply).map(({ message }) => message.name));
  const bodies = [...sent, ...replies.map(({ name, schema }) => ({ name, schema: replyOf(schema) }))];
  const { schemas } = toJsonSchemas(
    Object.fromEntries(bodies.map(({ name, schema }) => [name, schema])),
    '#/components/schemas/',
  );
  const message = (name: string, payload: unknown, trait: keyof typeof messageTraits): [string, object] => [
    name,
    {
      name,
      payload: ref('components', 'schemas', name),
      examples: [{ payload }],
      traits: [ref('components', 'messageTraits', trait)],
    },
  ];
  return {
    messages: {
      ...Object.fromEntries([
        ...sent.map(({ name, example }) => message(name, example, requests.has(name) ? 'request' : 'notice')),
        ...replies.map(({ name, example }) => message(name, { ok: true, value: example }, 'reply')),
      ]),
      DeadLetter: { name: 'DeadLetter', payload: {}, headers: ref('components', 'schemas', 'CourseHeaders') },
    },
    messageTraits,
    schemas: { ...schemas, Headers: sentHeaders, CourseHeaders: courseHeaders },
  };
}

const jsonTrait = { contentType: 'application/json' };
const sentTrait = { ...jsonTrait, headers: ref('components', 'schemas', 'Headers') };
const correlationId = { location: '$message.header#/correlation_id' };
const messageTraits = {
  request: { ...sentTrait, correlationId },
  notice: sentTrait,
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

const courseHeaders = {
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(historyHeaders).map(([name, header]) => [
      header,
      name === 'attempts' || name === 'redriven' ? { type: 'integer', minimum: 1 } : text,
    ]),
  ),
};
