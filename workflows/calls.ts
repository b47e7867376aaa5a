import {
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  ActivityFailure,
  ApplicationFailure,
  TimeoutFailure,
  patched,
} from '@temporalio/workflow';
import type { DeliveryActivities } from '../activities/delivery';
import type { OrderActivities } from '../activities/orders';
import type { RatingActivities } from '../activities/ratings';
import type { CallPolicy } from '../contracts/workflow';

export type Activities = OrderActivities & DeliveryActivities & RatingActivities;
export type Service = 'user' | 'restaurant' | 'delivery' | 'broker';

/** Which service each activity depends on, and what the Web UI shows of it. */
const steps: Record<keyof Activities, { service: Service; summary: string }> = {
  recordOrder: { service: 'user', summary: "Record the customer's order" },
  recordProgress: { service: 'user', summary: "Record the order's progress for the customer" },
  createOrder: { service: 'restaurant', summary: 'Have the restaurant check, price and store the order' },
  changeOrder: { service: 'restaurant', summary: "Write the restaurant's decision" },
  assignAgent: { service: 'delivery', summary: 'Ask for a delivery agent' },
  changeDelivery: { service: 'delivery', summary: 'Move the delivery' },
  storeRating: { service: 'user', summary: 'Store the rating' },
  publishRating: { service: 'broker', summary: 'Publish the rating' },
};

/** A healthy service answers in milliseconds; what takes longer than this is worth an event of its own in the history. */
const localAttemptMs = 1_000;
const local = proxyLocalActivities<Activities>({
  scheduleToCloseTimeout: localAttemptMs,
  retry: { maximumAttempts: 1 }, // the default policy would retry for ever inside the workflow task
});
/** Repeated without end: time limits are the saga's. */
const durableCalls = ({ attemptMs = 10_000, retryIntervalMs = 30_000 }: CallPolicy) =>
  proxyActivities<Activities>({
    startToCloseTimeout: attemptMs,
    retry: {
      initialInterval: Math.min(1_000, retryIntervalMs),
      backoffCoefficient: 2,
      maximumInterval: retryIntervalMs,
    },
  });

export type Call = <Name extends keyof Activities>(
  name: Name,
  argument: Parameters<Activities[Name]>[0],
  summary?: string,
) => Promise<Awaited<ReturnType<Activities[Name]>>>;

export type TryCall = <Name extends keyof Activities>(
  name: Name,
  argument: Parameters<Activities[Name]>[0],
) => Promise<Awaited<ReturnType<Activities[Name]>> | undefined>;

/**
 * Fast path local, slow path durable: runs an activity as a local one, and when that times out or fails in a way that a repeat
 * may mend, again as a regular one that is retried without end. Cancellation and non-retryable failures pass through.
 * For a while after that its service is called durably at once.
 * The three services bound the local work in one workflow task to about 3 s: each can fail locally once, then it is avoided.
 */
export function createCalls(
  policy: CallPolicy,
  onDurable: (service: Service, why: string) => void,
): { call: Call; tryCall: TryCall } {
  const durable = durableCalls(policy);
  const avoidUntil = new Map<Service, number>();

  /**
   * One local attempt at a time. Of two under way together each would go on in an activation of its own, in the order of their ends; in a
   * replay both may end in one activation, what follows them interleaves in another way, and the history does not fit any more.
   */
  let underWay: Promise<unknown> | undefined;
  const attemptLocally = async (name: keyof Activities, summary: string, argument: unknown): Promise<unknown> => {
    while (underWay && patched(oneAtATime)) await underWay;
    const attempt = run(local[name], { summary }, argument);
    const ended: Promise<unknown> = attempt
      .catch(() => undefined)
      .then(() => {
        if (underWay === ended) underWay = undefined;
      });
    underWay = ended;
    return attempt;
  };

  const call = async (name: keyof Activities, argument: unknown, summary?: string): Promise<unknown> => {
    const step = steps[name];
    const options = { summary: summary ?? step.summary };
    if (Date.now() >= (avoidUntil.get(step.service) ?? 0)) {
      try {
        return await attemptLocally(name, options.summary, argument);
      } catch (err) {
        if (!mayPass(err)) throw err;
        avoidUntil.set(step.service, Date.now() + policy.avoidLocalMs);
        onDurable(step.service, reasonOf(err));
      }
    }
    return run(durable[name], options, argument);
  };
  const tryCall = async (name: keyof Activities, argument: unknown): Promise<unknown> => {
    try {
      return await attemptLocally(name, steps[name].summary, argument);
    } catch (err) {
      if (!mayPass(err)) throw err;
      return undefined;
    }
  };
  return { call: call as Call, tryCall: tryCall as TryCall };
}

/** Orders of versions before this one have let local attempts overlap. */
const oneAtATime = 'one-local-attempt-at-a-time';

/** The proxies' call with options at the call site; their types do not survive an index by a generic name. */
function run(activity: unknown, options: { summary: string }, argument: unknown): Promise<unknown> {
  const callable = activity as { executeWithOptions(o: { summary: string }, args: [unknown]): Promise<unknown> };
  return callable.executeWithOptions(options, [argument]);
}

/** A failed local activity arrives as its bare cause, a timed-out one wrapped. */
const causeOf = (err: unknown): unknown => (err instanceof ActivityFailure ? err.cause : err);

function mayPass(err: unknown): boolean {
  const cause = causeOf(err);
  if (isCancellation(err)) return false;
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && !cause.nonRetryable);
}

function reasonOf(err: unknown): string {
  const cause = causeOf(err);
  return cause instanceof Error ? cause.message : String(cause);
}
