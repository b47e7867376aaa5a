import {
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  ActivityFailure,
  ApplicationFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { CallPolicy } from '../contracts/policy';

export type Service = 'user' | 'restaurant' | 'delivery' | 'broker';

/** The service that each activity depends on first. */
const serviceOf: Record<keyof Activities, Service> = {
  placeOrder: 'user',
  recordOrder: 'user',
  recordProgress: 'user',
  createOrder: 'restaurant',
  changeOrder: 'restaurant',
  confirmOrder: 'restaurant',
  assignAgent: 'delivery',
  changeDelivery: 'delivery',
  completeDelivery: 'delivery',
  storeRating: 'user',
  publishRating: 'broker',
};

/** A healthy service answers in milliseconds. What takes longer than this is worth an event of its own in the history. */
const localAttemptMs = 1_000;
const local = proxyLocalActivities<Activities>({
  scheduleToCloseTimeout: localAttemptMs,
  retry: { maximumAttempts: 1 }, // the default policy retries without end, inside the workflow task
});
/** Retried without end: time limits belong to the saga. */
const durableCalls = ({ attemptMs, retryIntervalMs }: CallPolicy) =>
  proxyActivities<Activities>({
    startToCloseTimeout: attemptMs,
    retry: {
      initialInterval: Math.min(1_000, retryIntervalMs),
      backoffCoefficient: 2,
      maximumInterval: retryIntervalMs,
    },
  });

type Argument<Name extends keyof Activities> = Parameters<Activities[Name]>[0];
type Reply<Name extends keyof Activities> = Awaited<ReturnType<Activities[Name]>>;

export interface Calls {
  /** `summary`: what the Web UI shows beside the activity's name. */
  call: <Name extends keyof Activities>(name: Name, argument: Argument<Name>, summary?: string) => Promise<Reply<Name>>;
  /** As `call`, but with a local attempt only. Resolves with undefined when that fails. */
  tryCall: <Name extends keyof Activities>(name: Name, argument: Argument<Name>) => Promise<Reply<Name> | undefined>;
  /** Skips local attempts at a service for a while. For steps that call it in another service's activity and found it slow or unavailable. */
  avoidLocal: (service: Service, why: string) => void;
  /** The services with a durable call in flight. */
  servicesCalledDurably: () => Service[];
}

/**
 * Fast path local, slow path durable: runs an activity as a local one. When that times out or fails with a retryable error, runs it again
 * as a regular one that is retried without end, and skips local attempts at its service for a while. Cancellation and non-retryable
 * failures pass through.
 *
 * Local work in one workflow task stays below about 3 s: each of the three services can fail locally once before it is avoided.
 */
export function createCalls(policy: CallPolicy, onDurable: (service: Service, why: string) => void): Calls {
  const durable = durableCalls(policy);
  const avoidUntil = new Map<Service, number>();
  const withOthers = createBarrier();
  const inFlight = new Set<{ service: Service }>();

  const avoidLocal = (service: Service, why: string): void => {
    avoidUntil.set(service, Date.now() + policy.avoidLocalMs);
    onDurable(service, why);
  };
  const call = async (name: keyof Activities, argument: unknown, summary?: string): Promise<unknown> => {
    const service = serviceOf[name];
    const options = summary === undefined ? {} : { summary };
    if (Date.now() >= (avoidUntil.get(service) ?? 0)) {
      try {
        return await withOthers(run(local[name], options, argument));
      } catch (error) {
        if (!isRetryable(error)) throw error;
        avoidLocal(service, messageOf(error));
      }
    }
    const durableCall = { service };
    inFlight.add(durableCall);
    try {
      return await run(durable[name], options, argument);
    } finally {
      inFlight.delete(durableCall);
    }
  };
  const tryCall = async (name: keyof Activities, argument: unknown): Promise<unknown> => {
    try {
      return await withOthers(run(local[name], {}, argument));
    } catch (error) {
      if (!isRetryable(error)) throw error;
      return undefined;
    }
  };
  const servicesCalledDurably = () => [...new Set([...inFlight].map(({ service }) => service))];
  return { call: call as Calls['call'], tryCall: tryCall as Calls['tryCall'], avoidLocal, servicesCalledDurably };
}

/**
 * Releases the outcomes of concurrent local activities together, when the last one has ended, in the order in which they began. Released
 * one by one they would arrive in another order than on replay, which has all of them at once, and the workflow would be stuck
 * with a nondeterminism error. No outcome is withheld for longer than a local attempt takes.
 */
function createBarrier(): (running: Promise<unknown>) => Promise<unknown> {
  let group: { running: number; ended: Deferred<void> } | undefined;
  return (running) => {
    const mine = (group ??= { running: 0, ended: createDeferred() });
    mine.running++;
    const leave = (): void => {
      if (--mine.running > 0) return;
      group = undefined;
      mine.ended.resolve();
    };
    running.then(leave, leave);
    return mine.ended.promise.then(() => running);
  };
}

export interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
}

/** A promise that an operator's cancel does not reject, unlike the SDK's `Trigger`. */
export function createDeferred<T>(): Deferred<T> {
  let resolve = (_value: T): void => undefined;
  const promise = new Promise<T>((resolvePromise) => (resolve = resolvePromise));
  return { promise, resolve: (value) => resolve(value) };
}

/** Calls a proxy with options at the call site. Their types do not survive an index by a generic name. */
function run(activity: unknown, options: { summary?: string }, argument: unknown): Promise<unknown> {
  const callable = activity as { executeWithOptions(o: { summary?: string }, args: [unknown]): Promise<unknown> };
  return callable.executeWithOptions(options, [argument]);
}

/** A failed local activity throws its bare cause, a timed-out one an ActivityFailure around it. */
const causeOf = (error: unknown): unknown => (error instanceof ActivityFailure ? error.cause : error);

function isRetryable(error: unknown): boolean {
  const cause = causeOf(error);
  if (isCancellation(error)) return false;
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && !cause.nonRetryable);
}

function messageOf(error: unknown): string {
  const cause = causeOf(error);
  return cause instanceof Error ? cause.message : String(cause);
}
