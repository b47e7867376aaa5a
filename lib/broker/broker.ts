import type { ChannelModel, ConfirmChannel, Options } from 'amqplib';
import { Registry } from 'prom-client';
import {
  deadQueue,
  eventQueues,
  eventsExchange,
  platformAppId,
  queues,
  ratingsExchange,
  retryQueue,
  type QueueName,
} from '../../contracts/names';
import type { BrokerConfig } from '../config/servers';
import type { ProcessConfig } from '../config/process';
import type { Log } from '../logging/log';
import type { Service } from '../process/service';
import { openConnection, type BrokerConnection, type ConnectionSettings } from './connection';
import { consume, type ConsumerOptions } from './consumer';
import { BrokerUnavailableError } from './errors';
import { consumeInOrder, type InOrderOptions } from './in-order';
import { nameOf, toQueue, type Destination } from './message';
import { createPublisher } from './publisher';
import { createRequester, type Request } from './requester';
import { createSignature, type Signature } from './signature';
import type { Consumer } from './subscription';
import { createBrokerMetrics, traceSend, watchConnections } from './telemetry';

export type Broker = Awaited<ReturnType<typeof openBroker>>;

/** @default `contentType`: application/json; `messageId`: a new one; `mandatory`: true, so that a message that no queue takes is an error. */
type PublishedProperties = Pick<Options.Publish, 'contentType' | 'messageId' | 'mandatory'>;

export interface BrokerOptions extends ConnectionSettings {
  appId: string;
  /** Signs messages, and rejects unsigned requests. Without one, nothing is signed or verified. */
  signature?: Signature | undefined;
  /** Receives the metrics of this broker. A registry takes one broker. */
  registry?: Registry;
}

/**
 * Connects to RabbitMQ, waiting for it, over two connections that reconnect automatically: one to publish and one to consume, since a
 * blocked broker reads nothing from a connection that has published, not even acknowledgements. Throws StartupTimeoutError.
 */
export async function openBroker({ registry = new Registry(), ...options }: BrokerOptions) {
  const { appId, signature, log } = options;
  const metrics = createBrokerMetrics(registry);
  const publishing = await openConnection(forPurpose(options, 'publishes'));
  const publisher = createPublisher(publishing, metrics, appId, signature);
  const request = await createRequester(publishing, publisher);
  const consumers: Consumer[] = [];
  const connections = [publishing];
  let consuming: Promise<BrokerConnection> | undefined;
  const openConsuming = async (): Promise<BrokerConnection> => {
    const connection = await openConnection(forPurpose(options, 'consumes'));
    connections.push(connection);
    return connection;
  };
  const connected = (): boolean => connections.every((each) => each.isConnected());
  watchConnections(registry, { connected, blocked: () => connections.some((each) => each.isBlocked()) });
  return {
    get connected() {
      return connected();
    },
    /** Resolves when the broker has confirmed the (persistent) message. Throws BrokerUnavailableError, UnroutableError. */
    publish: (to: Destination, body: unknown, properties: PublishedProperties = {}): Promise<void> =>
      traceSend('publish', nameOf(to), () => publisher.publish(to, Buffer.from(JSON.stringify(body)), properties)),
    request: (...[queue, body, options]: Parameters<Request>): ReturnType<Request> =>
      traceSend('request', queue, () => metrics.requesting(queue, options.signal, () => request(queue, body, options))),
    /** Consumes until the broker is closed. Throws StartupTimeoutError if the broker is down at the start. */
    async consume<T>(consumed: Omit<ConsumerOptions<T>, 'appId' | 'signature' | 'metrics' | 'log'>): Promise<void> {
      consuming ??= openConsuming();
      consumers.push(...(await consume(await consuming, publisher, { ...consumed, appId, signature, metrics, log })));
    },
    /** As `consume`, for a queue that is consumed in order (`InOrderOptions`). */
    async consumeInOrder<T>(consumed: Omit<InOrderOptions<T>, 'appId' | 'signature' | 'metrics' | 'log'>) {
      consuming ??= openConsuming();
      consumers.push(await consumeInOrder(await consuming, publisher, { ...consumed, appId, signature, metrics, log }));
    },
    /** Resolves when the broker answers, takes messages and delivers to every consumer. May never settle if the broker is frozen. */
    async check(): Promise<void> {
      const sessions = connections.map((each) => each.session());
      if (!consumers.every((consumer) => consumer.consuming))
        throw new BrokerUnavailableError('a consumer has no channel');
      await Promise.all(sessions.map(({ model }) => ping(model)));
    },
    /** Stops the consumers, waits for messages in flight, disconnects. */
    async close(): Promise<void> {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await Promise.all(connections.map((each) => each.close()));
    },
  };
}

/** One round trip, which no user needs a right for: even a passive declaration needs one since RabbitMQ 4.2. */
async function ping(model: ChannelModel): Promise<void> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined); // without a listener it would end the process; closing then rejects
  await channel.close();
}

/** Names a connection for the broker's list of connections, and for the log. */
const forPurpose = (options: ConnectionSettings, purpose: string): ConnectionSettings => ({
  ...options,
  name: `${options.name} ${purpose}`,
  log: options.log.child({ connection: purpose }),
});

export function brokerServer(config: BrokerConfig): Pick<BrokerOptions, 'url' | 'tls' | 'signature'> {
  const { RABBITMQ_CA_FILE: ca, RABBITMQ_CERT_FILE: cert, RABBITMQ_KEY_FILE: key } = config;
  const { RABBITMQ_URL: url, MESSAGE_SECRET: secret } = config;
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return { url, tls, ...(secret && { signature: createSignature(secret) }) };
}

/** Connects to the broker and makes it a dependency of the service. Waits for it, and throws StartupTimeoutError, only if it is required. */
export async function addBroker(
  service: Service<ProcessConfig & BrokerConfig>,
  { required = true } = {},
): Promise<Broker> {
  const { name, config, log, registry } = service;
  const startup = required ? service.startup : 'none';
  const broker = await openPlatformBroker({ ...brokerServer(config), name, startup, log, registry });
  service[required ? 'requires' : 'uses']('rabbitmq', () => broker.check());
  service.onStop(() => broker.close());
  return broker;
}

/** Connects as a program of the platform, with all queues declared. Throws StartupTimeoutError. */
export const openPlatformBroker = (options: Omit<BrokerOptions, 'appId' | 'topology'>): Promise<Broker> =>
  openBroker({ ...options, appId: platformAppId, topology: declareTopology });

/**
 * Declares all queues, and both exchanges with their queues bound to them. Every connection does so before it publishes: the ratings exchange is
 * transient, so a broker restart removes it, and it must not come back unbound. What old programs share is declared with their arguments: the broker
 * refuses a second declaration that differs.
 */
export async function declareTopology(channel: ConfirmChannel): Promise<void> {
  await channel.assertExchange(ratingsExchange, 'fanout', { durable: false });
  await channel.assertExchange(eventsExchange, 'topic', { durable: true });
  for (const queue of Object.values(queues)) {
    const inOrder = eventQueues.some((each) => each.queue === queue) && {
      arguments: { 'x-single-active-consumer': true },
    };
    await channel.assertQueue(queue, { durable: true, ...inOrder });
    await channel.assertQueue(retryQueue(queue), { durable: true });
    await channel.assertQueue(deadQueue(queue), { durable: true });
  }
  for (const queue of ratingQueues) await channel.bindQueue(queue, ratingsExchange, '');
  for (const { queue, routingKeys } of eventQueues)
    for (const routingKey of routingKeys) await channel.bindQueue(queue, eventsExchange, routingKey);
}

const ratingQueues: QueueName[] = [queues.restaurantRatings, queues.deliveryRatings];

/** Publishes events, one after the other. Never throws. */
export type BestEffortPublish<T> = (events: readonly T[]) => Promise<void>;

/** For events that a slower mechanism makes up for when they are lost: a failure is only logged. */
export const createBestEffortPublish =
  <T>(broker: Pick<Broker, 'publish'>, queue: string, log: Log): BestEffortPublish<T> =>
  async (events) => {
    const logFailure = (error: unknown): void =>
      log.warn({ event: 'publish-failed', queue, err: error }, 'could not publish an event; its receiver polls for it');
    for (const event of events) await broker.publish(toQueue(queue), event).catch(logFailure);
  };
