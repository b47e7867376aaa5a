import { ApplicationFailure } from '@temporalio/common';
import { ServiceFault } from '../lib/broker/errors';

/**
 * Turns what adapters throw into what Temporal understands: a fault that no repeat can mend becomes non-retryable,
 * everything else (a broker away, a time-out, a database error) stays retryable under the error's name.
 */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (err) {
    if (err instanceof ServiceFault) {
      throw ApplicationFailure.create({ message: err.message, type: err.code, nonRetryable: !err.retryable });
    }
    throw err;
  }
}
