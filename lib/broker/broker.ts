import { consume } from './consumer';
import type { ConsumerOptions } from './consumer-options';
import type { Consumer } from './deliveries';
import { BrokerAwayError } from './errors';
import { openLink, type LinkOptions } from './link';
import { createPublisher, type Destination } from './publisher';
import { createRequester, type RequestOptions } from './requester';

/** All that a process does with RabbitMQ, over one connection that comes back by itself. */
export interface Broker {
  readonly connected: boolean;
  /** Resolves when the broker has confirmed the (persistent, mandatory) message. Throws BrokerAwayError, UnroutableError. */
  publish(to: Destination, body: unknown): Promise<void>;
  /** One request, one reply. Throws BrokerAwayError, UnroutableError, RequestTimeoutError, ServiceFault. */
  request(queue: string, body: unknown, options: RequestOptions): Promise<unknown>;
  /** Consumes until the broker is closed or the consumer stopped. Messages are worked on once the work has begun. */
  consume<T>(options: Omit<ConsumerOptions<T>, 'appId' | 'log'>): Promise<Consumer>;
  /**
   * Begins the work, once every queue is consumed: a broker that is full answers nothing more to a connection that has published, and
   * what a message makes of itself is published. So too by itself after every reconnection.
   */
  beginWork(): void;
  /** Resolves when the broker answers, takes messages and gives them to every consumer. May take for ever when it is frozen. */
  check(): Promise<void>;
  /** Stops the consumers, waits for the messages under way, disconnects. */
  close(): Promise<void>;
}

export interface BrokerOptions extends LinkOptions {
  appId: string;
}

/** Connects, waiting for the broker. Throws StartLimitError. */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const link = await openLink(options);
  const publisher = createPublisher(link, options.appId);
  const requester = await createRequester(link, publisher);
  const consumers: Consumer[] = [];
  return {
    get connected() {
      return link.connected;
    },
    publish: (to, body) => publisher.publish(to, Buffer.from(JSON.stringify(body))),
    request: (queue, body, requestOptions) => requester.request(queue, body, requestOptions),
    async consume(consumerOptions) {
      const consumer = await consume(link, publisher, { ...consumerOptions, appId: options.appId, log: options.log });
      consumers.push(consumer);
      return consumer;
    },
    beginWork: () => link.beginWork(),
    async check() {
      const { channel } = link.session();
      if (!consumers.every(({ consuming }) => consuming)) throw new BrokerAwayError('a consumer has no channel');
      await channel.checkExchange('amq.fanout'); // one that is always there: a question like any other
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await link.close();
    },
  };
}
