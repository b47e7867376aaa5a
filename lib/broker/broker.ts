import { Registry } from 'prom-client';
import { consume } from './consumer';
import type { ConsumerOptions } from './consumer-options';
import type { Consumer } from './deliveries';
import { BrokerAwayError } from './errors';
import { openConnection, type BrokerConnection, type ConnectionSettings } from './connection';
import { countPublications, countRequests, createBrokerMetrics, watchConnections } from './metrics';
import { nameOf, type Destination } from './destination';
import { createPublisher } from './publisher';
import { createRequester, type RequestOptions } from './requester';
import type { Signature } from './signature';
import { sending } from './spans';

/**
 * All that a process does with RabbitMQ, over connections that come back by themselves: one to publish, and one to consume, since a broker
 * that is full reads nothing more, no acknowledgement either, from a connection that has published.
 */
export interface Broker {
  readonly connected: boolean;
  /** Resolves when the broker has confirmed the (persistent, mandatory) message. Throws BrokerAwayError, UnroutableError. */
  publish(to: Destination, body: unknown): Promise<void>;
  /** One request, one reply. Throws BrokerAwayError, UnroutableError, RequestTimeoutError, ServiceFault. */
  request(queue: string, body: unknown, options: RequestOptions): Promise<unknown>;
  /** Consumes until the broker is closed or the consumer stopped. Throws StartLimitError when the broker is away at the first. */
  consume<T>(options: Omit<ConsumerOptions<T>, 'appId' | 'signature' | 'metrics' | 'log'>): Promise<Consumer>;
  /** Resolves when the broker answers, takes messages and gives them to every consumer. May take for ever when it is frozen. */
  check(): Promise<void>;
  /** Stops the consumers, waits for the messages under way, disconnects. */
  close(): Promise<void>;
}

export interface BrokerOptions extends ConnectionSettings {
  appId: string;
  /** Messages are signed with it, and requests that do not bear it are not worked on. Left out: nobody asks. */
  signature?: Signature | undefined;
  /** Gets the broker's metrics: for one broker at most. */
  registry?: Registry;
}

/** Connects, waiting for the broker. Throws StartLimitError. */
export async function openBroker({ registry = new Registry(), ...options }: BrokerOptions): Promise<Broker> {
  const metrics = createBrokerMetrics(registry);
  const link = await openConnection(named(options, 'publishes'));
  const publisher = countPublications(createPublisher(link, options.appId, options.signature), metrics);
  const requester = await createRequester(link, publisher);
  const consumers: Consumer[] = [];
  const request = countRequests(requester, metrics);
  const links = [link];
  const keep = (opened: BrokerConnection): BrokerConnection => (links.push(opened), opened);
  let consuming: Promise<BrokerConnection> | undefined;
  const connected = (): boolean => links.every((each) => each.connected);
  watchConnections(registry, { connected, blocked: () => links.some(({ blocked }) => blocked) });
  return {
    get connected() {
      return connected();
    },
    publish: (to, body) =>
      sending('publish', nameOf(to), () => publisher.publish(to, Buffer.from(JSON.stringify(body)))),
    request: (queue, body, requestOptions) => sending('request', queue, () => request(queue, body, requestOptions)),
    async consume(consumerOptions) {
      consuming ??= openConnection(named(options, 'consumes')).then(keep);
      const consumer = await consume(await consuming, publisher, {
        ...consumerOptions,
        appId: options.appId,
        signature: options.signature,
        metrics,
        log: options.log,
      });
      consumers.push(consumer);
      return consumer;
    },
    async check() {
      const sessions = links.map((each) => each.session());
      if (!consumers.every((consumer) => consumer.consuming)) throw new BrokerAwayError('a consumer has no channel');
      // An exchange that is always there: a question like any other.
      await Promise.all(sessions.map(({ channel }) => channel.checkExchange('amq.fanout')));
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await Promise.all(links.map((each) => each.close()));
    },
  };
}

/** As the broker's list of connections and the log show it. */
const named = (options: ConnectionSettings, does: string): ConnectionSettings => ({
  ...options,
  name: `${options.name} ${does}`,
  log: options.log.child({ connection: does }),
});
