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
  },
};

export type PolicyVersion = keyof typeof frozen;

/** Tests set the limits to seconds, and a running order keeps its own. */
export type OrderPolicy = (typeof frozen)[1];

/** How to call a service that is slow or unavailable. */
export type CallPolicy = Pick<OrderPolicy, 'avoidLocalMs' | 'attemptMs' | 'retryIntervalMs'>;

/** The defaults of the configuration: those of the latest version. */
export const defaultOrderPolicy = frozen[1];

interface WithPolicy {
  version?: PolicyVersion;
  policy?: Partial<OrderPolicy>;
}

/** The whole policy of a workflow's input. */
export const policyOf = ({ version = 1, policy }: WithPolicy): OrderPolicy => ({ ...frozen[version], ...policy });

/** What of a policy belongs in an input. Undefined if it has the defaults. */
export function policyInput(policy: Partial<OrderPolicy>): Partial<OrderPolicy> | undefined {
  const differing = Object.entries(policy).filter(([name, ms]) => ms !== defaultOrderPolicy[name as keyof OrderPolicy]);
  return differing.length > 0 ? Object.fromEntries(differing) : undefined;
}
