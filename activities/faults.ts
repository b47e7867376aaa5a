import { ApplicationFailure } from '@temporalio/common';
import { ServiceFault } from '../lib/broker/errors';
import { isDatabaseAway, isDatabaseError } from '../lib/postgres/database';

/**
 * Turns what adapters throw into what Temporal understands: a fault that no repeat can mend becomes non-retryable,
 * everything else (a broker away, a time-out, a database error) stays retryable. The message is shown to customers in their
 * order's timeline: of a database's error it says no more than that.
 */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (err) {
    if (err instanceof ServiceFault) {
      throw ApplicationFailure.create({ message: err.message, type: err.code, nonRetryable: !err.retryable });
    }
    if (isDatabaseAway(err)) throw ApplicationFailure.retryable('the database is away', 'DatabaseAway');
    if (isDatabaseError(err)) throw ApplicationFailure.retryable('the database refused it', 'DatabaseError');
    throw err;
  }
}
