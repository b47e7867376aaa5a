import { randomUUID } from 'node:crypto';
import { cloudEvent, eventContentType, type OrderEvent } from '../../contracts/events';
import { eventsExchange } from '../../contracts/names';
import type { Broker } from '../../lib/broker/broker';
import { toExchange } from '../../lib/broker/message';
import type { Log } from '../../lib/logging/log';
import { openListener } from '../../lib/postgres/listener';
import type { Database } from '../../prisma/user/client';
import { everyOrder, relayBatch, releaseRelay, takeToPublish, type RelayedEvent } from '../../prisma/user/order-events';

interface RelayDeps {
  db: Database;
  /** Of the same database, for notifications. */
  url: string;
  ca?: string | undefined;
  broker: Pick<Broker, 'publish'>;
  log: Log;
}

/**
 * Events that come within this time are published together, and within four times as long as the last time took: the busier the system, the less
 * each costs.
 */
const gatherMs = 25;
/** For events without a notification, and to take over from another process. */
const pollMs = 1_000;

/**
 * Publishes the events of orders, at least once and each order's in its order, to the exchange `order-events`. Of several processes one relays; another
 * takes over within seconds. Nothing is lost while the broker is away: the events wait in the database.
 */
export function startRelay({ db, url, ca, broker, log }: RelayDeps) {
  const processId = randomUUID();
  /** The broker has confirmed the events up to here; the next look at the database notes it there. */
  let confirmed = 0n;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isNotified = false;
  let stopped = false;
  let isFailing = false;

  const relay = async (): Promise<void> => {
    try {
      for (let isMore = true; isMore && !stopped;) {
        const events = await takeToPublish(db, processId, confirmed);
        const { position, failure } = await publishInOrder(broker, events);
        confirmed = position ?? confirmed;
        if (failure) throw failure.reason;
        isMore = events.length === relayBatch;
      }
      if (isFailing) log.info({ event: 'relay-works' }, 'events are published again');
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ event: 'relay-failing', err: error }, 'could not publish events; they wait');
      isFailing = true;
    }
  };
  const runIn = (ms: number): void => {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      isNotified = false;
      const since = performance.now();
      running = relay().finally(() => {
        running = undefined;
        runIn(isNotified && !isFailing ? Math.max(gatherMs, 4 * (performance.now() - since)) : pollMs);
      });
    }, ms);
  };
  const notify = (): void => {
    if (isNotified) return;
    isNotified = true;
    if (!running && !isFailing) runIn(gatherMs);
  };
  const onNotification = (orderId: string): void => (orderId === everyOrder ? undefined : notify()); // the relay's own
  const listener = openListener({ url, ca, channel: 'order_events', onNotification, onGap: notify, log });
  runIn(0);
  return {
    /** What is being published is published before it resolves. */
    async close(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await listener.close();
      await running;
      await releaseRelay(db, processId, confirmed).catch(() => undefined); // otherwise the next process waits a moment longer
    },
  };
}

/**
 * Publishes each order's events one after the other, different orders' at the same time. Returns the last position up to which all are confirmed, if
 * any, and the first failure: behind one, no event of the same order is published.
 */
async function publishInOrder(broker: Pick<Broker, 'publish'>, events: RelayedEvent[]) {
  const published = new Map<string, Promise<void>>();
  const results = events.map((event) => {
    const before = published.get(event.orderId) ?? Promise.resolve();
    const done = before.then(() => publish(broker, cloudEvent(event)));
    published.set(event.orderId, done);
    return done;
  });
  const settled = await Promise.allSettled(results);
  const failed = settled.findIndex(({ status }) => status === 'rejected');
  const failure = settled[failed] as PromiseRejectedResult | undefined;
  const last = failure ? events[failed - 1] : events.at(-1);
  return { position: last?.position, failure };
}

const publish = (broker: Pick<Broker, 'publish'>, event: OrderEvent): Promise<void> =>
  broker.publish(toExchange(eventsExchange, event.type), event, {
    contentType: eventContentType,
    messageId: event.id,
    mandatory: false, // not every type has a queue
  });
