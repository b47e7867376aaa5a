import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { z } from 'zod';
import type { Broker } from '../lib/broker/broker';
import { ServiceFault } from '../lib/broker/errors';
import { isDatabaseError, isDatabaseUnavailable } from '../lib/postgres/database';

export interface RequestDeps {
  broker: Broker;
}

/** A request times out this long before its attempt, so that the failure names the queue. */
const marginMs = 100;
/** For an activity without a timeout; ours all have one. */
const defaultTimeoutMs = 10_000;

/**
 * Sends a request to a service's queue and returns the validated reply. The request expires with the activity's attempt.
 * Throws ApplicationFailure (non-retryable where the service says so), or the broker client's retryable errors.
 * @param limits `startedAt`: when the attempt began, if not now. `timeoutMs`: a tighter timeout than the attempt's.
 */
export function requestReply<T extends z.ZodType>(
  deps: RequestDeps,
  queue: string,
  body: object,
  replySchema: T,
  { startedAt = Date.now(), timeoutMs: ownTimeoutMs = defaultTimeoutMs } = {},
): Promise<z.infer<T>> {
  return guarded(async () => {
    const { cancellationSignal } = Context.current();
    const timeoutMs = Math.min(timeLeftMs(startedAt), ownTimeoutMs);
    const reply = replySchema.safeParse(
      await deps.broker.request(queue, body, { timeoutMs, signal: cancellationSignal }),
    );
    if (!reply.success)
      throw new ServiceFault(`the reply from ${queue} does not match the contract`, true, 'BAD_REPLY');
    return reply.data;
  });
}

/** The time that is left of an attempt that began then, at least 1 ms. */
export function timeLeftMs(startedAt: number): number {
  const { startToCloseTimeoutMs, scheduleToCloseTimeoutMs } = Context.current().info;
  const limits = [startToCloseTimeoutMs, scheduleToCloseTimeoutMs].filter((limit) => limit > 0);
  return Math.max(Math.min(defaultTimeoutMs, ...limits) - marginMs - (Date.now() - startedAt), 1);
}

/**
 * Translates what adapters throw for Temporal: a fault that no retry can mend becomes non-retryable; everything else (broker unavailable,
 * timeout, database error) stays retryable. Customers see the message in the order's timeline, so that of a database error is generic.
 */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ServiceFault) {
      throw ApplicationFailure.create({ message: error.message, type: error.code, nonRetryable: !error.retryable });
    }
    if (isDatabaseUnavailable(error))
      throw ApplicationFailure.retryable('the database is unavailable', 'DatabaseUnavailable');
    if (isDatabaseError(error)) throw ApplicationFailure.retryable('the database refused the query', 'DatabaseError');
    throw error;
  }
}
