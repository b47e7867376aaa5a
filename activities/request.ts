import { Context } from '@temporalio/activity';
import type { z } from 'zod';
import type { Broker } from '../lib/broker/broker';
import { ServiceFault } from '../lib/broker/errors';
import { guarded } from './faults';

export interface RequestDeps {
  broker: Broker;
}

/** The reply has to be here this long before the attempt's own end, so that the failure says what was waited for. */
const marginMs = 100;
/** For an activity without a limit of its own; none of ours is. */
const defaultTimeoutMs = 10_000;

/**
 * One request to a service over its queue and the one reply, checked. The request expires with the activity's attempt, `sinceMs` after which it
 * is sent.
 * Throws ApplicationFailure (non-retryable where the service said so), or the broker client's retryable errors.
 */
export function requestReply<T extends z.ZodType>(
  deps: RequestDeps,
  queue: string,
  body: object,
  replySchema: T,
  sinceMs = 0,
): Promise<z.infer<T>> {
  return guarded(async () => {
    const { info, cancellationSignal } = Context.current();
    const limits = [info.startToCloseTimeoutMs, info.scheduleToCloseTimeoutMs].filter((limit) => limit > 0);
    const timeoutMs = Math.max(Math.min(defaultTimeoutMs, ...limits) - marginMs - sinceMs, 1);
    const reply = replySchema.safeParse(
      await deps.broker.request(queue, body, { timeoutMs, signal: cancellationSignal }),
    );
    if (!reply.success)
      throw new ServiceFault(`${queue} gave a reply that does not match the contract`, true, 'BAD_REPLY');
    return reply.data;
  });
}
