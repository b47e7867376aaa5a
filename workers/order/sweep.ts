import type { Log } from '../../lib/logging/log';
import { startPeriodic } from '../../lib/process/periodic';
import type { Database } from '../../prisma/user/client';
import { completeLogs } from '../../prisma/user/order-log-sweep';

const minuteMs = 60_000;

/** Completes the logs of orders by their records, at once and every minute until closed. Several processes may do so at once. */
export const startSweep = ({ db, log }: { db: Database; log: Log }) =>
  startPeriodic({
    everyMs: minuteMs,
    async run(stopping) {
      let count = 0;
      let completed: number;
      do {
        completed = await completeLogs(db);
        count += completed;
      } while (completed > 0 && !stopping.aborted);
      if (count > 0) log.info({ event: 'logs-completed', count }, 'completed the logs of orders by their records');
    },
    onError: (error) =>
      log.warn({ event: 'sweep-failed', err: error }, 'could not complete the logs of orders; trying in a minute'),
  });
