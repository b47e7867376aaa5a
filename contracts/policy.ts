/** The time limits of an order in milliseconds. Plain data: workflow code imports it. */

const minuteMs = 60_000;

/**
 * The defaults of each version of the workflows' input, which holds only what differs from them. Frozen: a running order reads its limits
 * here, so other defaults need another version.
 */
const frozen = {
  1: {
    /** For the restaurant side to store the order; then CANCELLED. */
    placementLimitMs: 10 * minuteMs,
    /** For the restaurant's decision; then CANCELLED. */
    decisionLimitMs: 15 * minuteMs,
    /** For finding an agent, over all attempts; then CANCELLED. */
    courierLimitMs: 15 * minuteMs,
    /** For the pick-up; then CANCELLED. */
    pickupLimitMs: 60 * minuteMs,
    /** After this long without delivery `OrderAttention` is set. The order continues. */
    deliveryAttentionMs: 120 * minuteMs,
    /** How often to ask again while no agent is free: covers a lost "agent assigned" message. */
    reaskIntervalMs: 30_000,
    /** After a failed local attempt a service is called durably for this long: each local attempt would cost a second. */
    avoidLocalMs: 30_000,
    /** Timeout of one durable attempt; its request expires in the queue with it. */
    attemptMs: 10_000,
    /** Longest pause between durable attempts, which are repeated without end. */
    retryIntervalMs: 30_000,
    /** After this long a failing compensation sets `OrderAttention`. Its retries continue. Longer than the restart of a service. */
    undoAttentionMs: 2 * minuteMs,
    /** An old program's order that comes this long after its placement waits for an operator, and as long for that; then CANCELLED. */
    staleAfterMs: 24 * 60 * minuteMs,
  },
};

export type PolicyVersion = keyof typeof frozen;
const latest: PolicyVersion = 1;

/** Tests set the limits to seconds, and a running order keeps its own. */
export type OrderPolicy = (typeof frozen)[typeof latest];

/** How to call a service that is slow or unavailable. */
export type CallPolicy = Pick<OrderPolicy, 'avoidLocalMs' | 'attemptMs' | 'retryIntervalMs'>;

/** The defaults of the configuration: those of the latest version. */
export const defaultOrderPolicy: OrderPolicy = frozen[latest];

/** How far the clocks of two programs may differ: as much as Kerberos tolerates by default (RFC 4120). */
const clockSkewMs = 5 * minuteMs;

/** Whether an old program's order comes too late to be cooked as a new one, or from a clock that is wrong. */
export function isStale(placedAt: string, now: number, { staleAfterMs }: OrderPolicy): boolean {
  const ageMs = now - Date.parse(placedAt);
  return ageMs > staleAfterMs || ageMs < -clockSkewMs;
}

/** A policy in a workflow's input: what differs from the defaults of its version. */
export interface InputPolicy {
  /** @default 1 */
  version?: PolicyVersion;
  policy?: Partial<OrderPolicy>;
}

/** The whole policy of a workflow's input. Throws for a version of a newer build: the task is repeated until such a worker takes it. */
export function policyOf({ version = 1, policy }: InputPolicy): OrderPolicy {
  const defaults: OrderPolicy | undefined = frozen[version];
  if (!defaults) throw new Error(`this build does not know version ${version} of the order policy`);
  return { ...defaults, ...policy };
}

/** A policy for an input of this build. */
export function inputPolicy(policy: Partial<OrderPolicy>): InputPolicy {
  const differing = Object.entries(policy).filter(([name, ms]) => ms !== defaultOrderPolicy[name as keyof OrderPolicy]);
  return { version: latest, ...(differing.length > 0 && { policy: Object.fromEntries(differing) }) };
}
