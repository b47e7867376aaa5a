import type { FeedConfig } from '../lib/config/feeds';
import type { Log } from '../lib/logging/log';
import { startPeriodic } from '../lib/process/periodic';
import { pruneBatch, pruneFeeds } from '../prisma/feeds';

interface PruningDeps extends FeedConfig {
  db: Parameters<typeof pruneFeeds>[0];
  log: Log;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Removes the events of feeds that are older than `FEED_DAYS`, at once and every hour until closed. Several processes may do so at once. */
export const startPruning = ({ db, log, FEED_DAYS }: PruningDeps) =>
  startPeriodic({
    everyMs: hourMs,
    async run(stopping) {
      const olderThan = new Date(Date.now() - FEED_DAYS * dayMs);
      let count = 0;
      for (let removed = pruneBatch; removed === pruneBatch && !stopping.aborted; count += removed)
        removed = await pruneFeeds(db, olderThan);
      if (count > 0) log.info({ event: 'feeds-pruned', count }, 'removed old events from the feeds');
    },
    onError: (error) => log.warn({ event: 'prune-failed', err: error }, 'could not prune the feeds; trying in an hour'),
  });
