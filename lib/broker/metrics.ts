import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { answerBuckets, stopwatch } from '../metrics/metrics';
import { RequestTimeoutError, ServiceFault, UnroutableError } from './errors';
import { nameOf, type Destination } from './destination';
import type { Publisher } from './publisher';
import type { Requester } from './requester';

/**
 * What has become of a message: its work is done (and answered, if it was a request), its request is answered with a fault, it is adopted,
 * put aside for another attempt, in the dead queue; or not settled at all, and back in its queue.
 */
export type MessageOutcome = 'handled' | 'answered_fault' | 'adopted' | 'retried' | 'dead' | 'unsettled';

export type BrokerMetrics = ReturnType<typeof createBrokerMetrics>;

/** Label values are names of our own queues and exchanges, and the outcomes. */
export function createBrokerMetrics(registry = new Registry()) {
  const registers = [registry];
  const duration = new Histogram({
    name: 'message_duration_seconds',
    help: 'From taking a message to settling it.',
    labelNames: ['queue', 'outcome'],
    buckets: answerBuckets,
    registers,
  });
  const attempts = new Histogram({
    name: 'message_attempts',
    help: 'Attempts that a message had had when it was settled for good.',
    labelNames: ['queue'],
    buckets: [1, 2, 3, 5, 10, 20],
    registers,
  });
  const requests = new Histogram({
    name: 'requests_to_services_seconds',
    help: 'Requests over a queue, to their reply or failure. One that its sender gives up early is not counted.',
    labelNames: ['queue', 'outcome'],
    buckets: answerBuckets,
    registers,
  });
  const published = new Counter({
    name: 'messages_published_total',
    help: 'Messages to a queue or exchange, replies excluded: confirmed by the broker, returned as no queue takes them, or refused as it is away.',
    labelNames: ['destination', 'outcome'],
    registers,
  });
  return {
    /** So that an alert sees the first dead message as a change. */
    expect: (queue: string): void => duration.zero({ queue, outcome: 'dead' }),
    /** @param attempt Which attempt at the message this was, from 1. */
    message(queue: string, outcome: MessageOutcome, seconds: number, attempt: number): void {
      duration.observe({ queue, outcome }, seconds);
      if (outcome !== 'retried' && outcome !== 'unsettled') attempts.observe({ queue }, attempt);
    },
    published(destination: string, err?: unknown): void {
      const outcome = err === undefined ? 'confirmed' : err instanceof UnroutableError ? 'returned' : 'refused';
      published.inc({ destination, outcome });
    },
    requested(queue: string, seconds: number, err?: unknown): void {
      requests.observe({ queue, outcome: requestOutcome(err) }, seconds);
    },
  };
}

function requestOutcome(err: unknown): 'ok' | 'fault' | 'timeout' | 'broker_away' {
  if (err === undefined) return 'ok';
  if (err instanceof ServiceFault) return 'fault';
  return err instanceof RequestTimeoutError ? 'timeout' : 'broker_away';
}

/** Counts what is published, but for replies. */
export function countPublications(publisher: Publisher, metrics: Pick<BrokerMetrics, 'published'>): Publisher {
  const counted = async (to: Destination, publishing: Promise<void>): Promise<void> => {
    const destination = nameOf(to);
    try {
      await publishing;
      metrics.published(destination);
    } catch (err) {
      metrics.published(destination, err);
      throw err;
    }
  };
  return {
    ...publisher,
    publish: (to, body, options) => counted(to, publisher.publish(to, body, options)),
    publishCopy: (to, body, options) => counted(to, publisher.publishCopy(to, body, options)),
  };
}

/** Counts requests with what they took. */
export const countRequests =
  (requester: Requester, metrics: Pick<BrokerMetrics, 'requested'>): Requester['request'] =>
  async (queue, body, options) => {
    const seconds = stopwatch();
    try {
      const value = await requester.request(queue, body, options);
      metrics.requested(queue, seconds());
      return value;
    } catch (err) {
      if (!options.signal?.aborted) metrics.requested(queue, seconds(), err);
      throw err;
    }
  };

/** What a broker's connections are like, at a scrape. */
export function watchConnections(registry: Registry, is: { connected: () => boolean; blocked: () => boolean }): void {
  const gauge = (name: string, help: string, holds: () => boolean) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(holds() ? 1 : 0);
      },
    });
  gauge('broker_connected', 'Whether every connection to the broker holds (1).', is.connected);
  gauge('broker_blocked', 'Whether the broker, short of memory or disk, takes no messages (1).', is.blocked);
}
