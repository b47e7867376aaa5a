/** The time limits of an order. Plain data: workflow code imports it. */

/** Milliseconds. Tests set them to seconds, and a running order keeps its own. */
export interface OrderPolicy {
  /** For the restaurant side to store the order; then CANCELLED. */
  placementLimitMs: number;
  /** For the restaurant's decision; then CANCELLED. */
  decisionLimitMs: number;
  /** For finding an agent, over all attempts; then CANCELLED. */
  courierLimitMs: number;
  /** For the pick-up; then CANCELLED. */
  pickupLimitMs: number;
  /** After this long without delivery `OrderAttention` is set. The order continues. */
  deliveryAttentionMs: number;
  /** How often to ask again while no agent is free: covers a lost "agent assigned" message. */
  reaskIntervalMs: number;
  /** After a failed local attempt a service is called durably for this long: each local attempt would cost a second. */
  avoidLocalMs: number;
  /** Timeout of one durable attempt; its request expires in the queue with it. */
  attemptMs: number;
  /** Longest pause between durable attempts, which are repeated without end. */
  retryIntervalMs: number;
  /** After this long a failing compensation sets `OrderAttention`. Its retries continue. */
  undoAttentionMs: number;
}

/** How to call a service that is slow or unavailable. */
export type CallPolicy = Pick<OrderPolicy, 'avoidLocalMs' | 'attemptMs' | 'retryIntervalMs'>;

const minuteMs = 60_000;

/**
 * The defaults of each version of the workflows' input, which leaves out what does not differ from them. Frozen: a running order reads its
 * limits here, so other defaults need another version.
 */
const frozen = {
  1: {
    placementLimitMs: 10 * minuteMs,
    decisionLimitMs: 15 * minuteMs,
    courierLimitMs: 15 * minuteMs,
    pickupLimitMs: 60 * minuteMs,
    deliveryAttentionMs: 120 * minuteMs,
    reaskIntervalMs: 30_000,
    avoidLocalMs: 30_000,
    attemptMs: 10_000,
    retryIntervalMs: 30_000,
    /** Longer than the restart of a service, which needs no operator. */
    undoAttentionMs: 2 * minuteMs,
  },
} as const satisfies Record<number, OrderPolicy>;

export type PolicyVersion = keyof typeof frozen;

/** The defaults of the configuration: those of the latest version. */
export const defaultOrderPolicy: OrderPolicy = frozen[1];

/** The whole policy of a workflow's input. */
export const policyOf = ({
  version = 1,
  policy,
}: {
  version?: PolicyVersion;
  policy?: Partial<OrderPolicy>;
}): OrderPolicy => ({
  ...frozen[version],
  ...policy,
});

/** What of a policy belongs into an input. Undefined if nothing does. */
export function policyInput(policy: Partial<OrderPolicy>): Partial<OrderPolicy> | undefined {
  const differing = Object.entries(policy).filter(([name, ms]) => ms !== defaultOrderPolicy[name as keyof OrderPolicy]);
  return differing.length > 0 ? Object.fromEntries(differing) : undefined;
}
