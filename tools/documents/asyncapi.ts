import { z } from 'zod';
import { toJsonSchemas } from '../../api/openapi/operation';
import { deadQueue, eventsExchange, queues, ratingsExchange, retryQueue } from '../../contracts/names';
import { events, flows, rating } from './flows';
import { headerSchemas, messageTraits } from './headers';

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

const queueChannel = (address: string, messages: string[], description: string) => ({
  address,
  description,
  messages: refs(...messages),
  bindings: {
    amqp: {
      is: 'queue',
      queue: { name: address, durable: true, exclusive: false, autoDelete: false, vhost: '/' },
      bindingVersion: '0.3.0',
    },
  },
});

function queueChannels(key: keyof typeof queues, messages: string[], description: string) {
  const queue = queues[key];
  const waiting = `Messages of \`${queue}\` that wait for their next attempt, as copies with their history in headers.`;
  const dead = `Messages of \`${queue}\` that cannot be handled, unchanged, with the reason in headers.`;
  return {
    [key]: queueChannel(queue, messages, description),
    [`${key}Retry`]: queueChannel(retryQueue(queue), messages, waiting),
    [`${key}Dead`]: queueChannel(deadQueue(queue), ['DeadLetter'], dead),
  };
}

const exchangeChannel = (name: string, type: 'fanout' | 'topic', messages: string[], description: string) => ({
  address: name,
  description,
  messages: refs(...messages),
  bindings: {
    amqp: {
      is: 'routingKey',
      exchange: { name, type, durable: type === 'topic', autoDelete: false, vhost: '/' },
      bindingVersion: '0.3.0',
    },
  },
});

const eventNames = events.messages.map(({ name }) => name);

const channels = () => ({
  ...merged(flows.map(({ key, message, description }) => queueChannels(key, [message.name], description))),
  ratings: exchangeChannel(
    ratingsExchange,
    'fanout',
    [rating.message.name],
    'Ratings, for every service that counts them. Transient, as old programs declare it; the queues bound to it are durable.',
  ),
  ...merged(
    rating.queues.map(({ key }) =>
      queueChannels(key, [rating.message.name], `A service's own queue, bound to \`${ratingsExchange}\`.`),
    ),
  ),
  events: exchangeChannel(
    eventsExchange,
    'topic',
    eventNames,
    "The steps of all orders as CloudEvents 1.0, by their types: bind a queue of your own with `#`, or with a type. At least once, each order's in order.",
  ),
  ...merged(
    events.queues.map(({ key }) =>
      queueChannels(
        key,
        eventNames,
        `A service's own queue, bound to \`${eventsExchange}\` with \`#\` and consumed in order (\`x-single-active-consumer\`).`,
      ),
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
  const operation = (
    action: 'send' | 'receive',
    process: string,
    channel: string,
    messages: string | string[],
    reply?: string,
  ) => [
    `${process}.${action}.${channel}`,
    {
      action,
      channel: ref('channels', channel),
      messages: [messages].flat().map((message) => ref('channels', channel, 'messages', message)),
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
    operation('send', events.sender, 'events', eventNames),
    ...events.queues.map(({ key, receiver }) => operation('receive', receiver, key, eventNames)),
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
  const bodies = [
    ...sent,
    ...events.messages,
    ...replies.map(({ name, schema }) => ({ name, schema: replyOf(schema) })),
  ];
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
        ...events.messages.map(({ name, example }) => message(name, example, 'event')),
        ...replies.map(({ name, example }) => message(name, { ok: true, value: example }, 'reply')),
      ]),
      DeadLetter: { name: 'DeadLetter', payload: {}, headers: ref('components', 'schemas', 'CourseHeaders') },
    },
    messageTraits,
    schemas: { ...schemas, ...headerSchemas },
  };
}
