/** Customers who listen to their orders, and an operator who listens to all. Each comes back where they were when a connection is cut. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '../../platform/platform';
import type { EventStream } from '../../platform/event-stream';
import { until } from '../../platform/until';
import { aCustomer, anOperator } from '../../stack/access';
import type { LoggedEvent } from '../evidence/databases';
import type { Heard } from '../invariants/case';
import type { Journal } from '../journal';

export type Listeners = ReturnType<typeof createListeners>;

/** An order is unknown until it is recorded. */
const unknownAgainMs = 1_000;
const catchUpMs = 20_000;

interface Listener {
  /** The ids of the events, as they came. */
  ids: string[];
  stream: EventStream;
  /** Comes back to a stream that was over. */
  comeBack: () => void;
}

export function createListeners(platform: Platform, journal: Journal) {
  let isClosing = false;
  const listen = (who: Platform, path: string): Listener => {
    const ids: string[] = [];
    const open = (lastId?: string): EventStream => {
      const onEvent = ({ id }: { id: string }): void => {
        ids.push(id);
        journal.write({ what: 'event', path, id });
      };
      const stream = who.listen('user', path, { onEvent, ...(lastId !== undefined && { lastId }) });
      void stream.over.then(async () => {
        if (isClosing || stream.status !== 404) return;
        await sleep(unknownAgainMs);
        if (!isClosing) listener.stream = open(stream.lastId);
      });
      return stream;
    };
    const listener: Listener = {
      ids,
      stream: open(),
      comeBack: () => (listener.stream = open(listener.stream.lastId)),
    };
    return listener;
  };
  const operator = listen(platform.as(anOperator), '/events');
  const customers = new Map<string, Listener>();

  return {
    /** Resolves when the operator listens. */
    ready: () => until('the operator listens', () => operator.stream.isOpen),

    /** Listens to an order of this customer. */
    listenTo(orderId: string, userId: string): void {
      if (!customers.has(orderId))
        customers.set(orderId, listen(platform.as(aCustomer(userId)), `/orders/${orderId}/events`));
    },

    /** Lets each listener hear all that is in the log, and ends them. Whoever lacks something, or has too much, gets 20 s. */
    async end(readLog: () => Promise<LoggedEvent[]>): Promise<Heard> {
      // A stream is over behind the order's end; a rating comes later.
      for (const { stream, comeBack } of customers.values()) if (stream.status === 204) comeBack();
      let log: LoggedEvent[] = [];
      const hasAll = ([orderId, { ids }]: [string, Listener]) =>
        ids.length === log.filter((event) => event.orderId === orderId).length;
      await until(
        'every listener has heard everything',
        async () => {
          log = await readLog();
          return operator.ids.length === log.length && [...customers].every(hasAll);
        },
        catchUpMs,
      ).catch(() => undefined);
      isClosing = true;
      for (const { stream } of [operator, ...customers.values()]) stream.close();
      const heard = [...customers].map(([orderId, { ids }]) => [orderId, ids] as const);
      return { log, operator: operator.ids, customers: Object.fromEntries(heard) };
    },
  };
}
