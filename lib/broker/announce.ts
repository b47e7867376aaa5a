import type { Log } from '../logging/log';
import type { Broker } from './broker';
import { toQueue } from './destination';

/** Tells of what has been committed. Never throws. */
export type Announce<T> = (events: readonly T[]) => Promise<void>;

/** Publishes to a queue events whose loss something slower makes up for: a failure is logged and goes no further. */
export const createAnnounce =
  <T>(broker: Pick<Broker, 'publish'>, queue: string, log: Log): Announce<T> =>
  async (events) => {
    for (const event of events) {
      await broker
        .publish(toQueue(queue), event)
        .catch((err: unknown) =>
          log.warn({ event: 'announcement-lost', queue, err }, 'could not announce what was committed'),
        );
    }
  };
