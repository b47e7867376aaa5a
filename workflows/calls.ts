import {
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  ActivityFailure,
  ApplicationFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { DeliveryActivities } from '../activities/delivery';
import type { OrderActivities } from '../activities/orders';
import type { RatingActivities } from '../activities/ratings';
import { defaultOrderPolicy, type CallPolicy } from '../contracts/workflow';

export type Activities = OrderActivities & DeliveryActivities & RatingActivities;
export type Service = 'user' | 'restaurant' | 'delivery' | 'broker';

/** Which service each activity depends on, and what the Web UI shows of it. */
const steps: Record<keyof Activities, { service: Service; summary: string }> = {
  recordOrder: { service: 'user', summary: "Record the customer's order, have the restaurant create it" },
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
const durableCalls = ({
  attemptMs = defaultOrderPolicy.attemptMs,
  retryIntervalMs = defaultOrderPolicy.retryIntervalMs,
}: CallPolicy) =>
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

export interface Calls {
  call: Call;
  /** As `call`, by one local attempt alone: undefined when that fails. */
  tryCall: TryCall;
  /** Has a service called durably at once for a while: a step that has it do something along has found it slow or away. */
  avoidLocal: (service: Service, why: string) => void;
  /** Which services are being called durably at the moment. */
  calledDurably: () => Service[];
}

/**
 * Fast path local, slow path durable: runs an activity as a local one, and when that times out or fails in a way that a repeat
 * may mend, again as a regular one that is retried without end. Cancellation and non-retryable failures pass through.
 * For a while after that its service is called durably at once.
 * The three services bound the local work in one workflow task to about 3 s: each can fail locally once, then it is avoided.
 */
export function createCalls(policy: CallPolicy, onDurable: (service: Service, why: string) => void): Calls {
  const durable = durableCalls(policy);
  const avoidUntil = new Map<Service, number>();
  const together = createHandOver();
  const underWay = new Set<{ service: Service }>();

  const avoidLocal = (service: Service, why: string): void => {
    avoidUntil.set(service, Date.now() + policy.avoidLocalMs);
    onDurable(service, why);
  };
  const call = async (name: keyof Activities, argument: unknown, summary?: string): Promise<unknown> => {
    const step = steps[name];
    const options = { summary: summary ?? step.summary };
    if (Date.now() >= (avoidUntil.get(step.service) ?? 0)) {
      try {
        return await together(run(local[name], options, argument));
      } catch (err) {
        if (!mayPass(err)) throw err;
        avoidLocal(step.service, reasonOf(err));
      }
    }
    const durably = { service: step.service };
    underWay.add(durably);
    try {
      return await run(durable[name], options, argument);
    } finally {
      underWay.delete(durably);
    }
  };
  const tryCall = async (name: keyof Activities, argument: unknown): Promise<unknown> => {
    try {
      return await together(run(local[name], { summary: steps[name].summary }, argument));
    } catch (err) {
      if (!mayPass(err)) throw err;
      return undefined;
    }
  };
  const calledDurably = () => [...new Set([...underWay].map(({ service }) => service))];
  return { call: call as Call, tryCall: tryCall as TryCall, avoidLocal, calledDurably };
}

/**
 * Hands over the outcomes of local activities that run together when the last of them has ended, in the order in which they began. One
 * by one, as they end, would be another order than at a replay, which has all of them at once: what is done next would be done
 * differently, and the workflow would be stuck. None is withheld for longer than a local attempt takes.
 */
function createHandOver(): (running: Promise<unknown>) => Promise<unknown> {
  let group: { underWay: number; ended: Promise<void>; end: () => void } | undefined;
  const newGroup = () => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    return { underWay: 0, ended, end };
  };
  return (running) => {
    const mine = (group ??= newGroup());
    mine.underWay++;
    const leave = (): void => {
      if (--mine.underWay > 0) return;
      group = undefined;
      mine.end();
    };
    running.then(leave, leave);
    return mine.ended.then(() => running);
  };
}

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
