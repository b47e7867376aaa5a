/** The order policy (see OrderPolicy): how long people may take, and how services are called that are slow or unavailable. */
import type { z } from 'zod';
import { defaultOrderPolicy as defaults, type OrderPolicy } from '../../contracts/policy';
import { milliseconds } from './process';

export const policy = {
  PLACEMENT_LIMIT_MS: milliseconds(defaults.placementLimitMs),
  DECISION_LIMIT_MS: milliseconds(defaults.decisionLimitMs),
  COURIER_LIMIT_MS: milliseconds(defaults.courierLimitMs),
  PICKUP_LIMIT_MS: milliseconds(defaults.pickupLimitMs),
  DELIVERY_ATTENTION_MS: milliseconds(defaults.deliveryAttentionMs),
  REASK_INTERVAL_MS: milliseconds(defaults.reaskIntervalMs),
  AVOID_LOCAL_MS: milliseconds(defaults.avoidLocalMs),
  ATTEMPT_MS: milliseconds(defaults.attemptMs),
  RETRY_INTERVAL_MS: milliseconds(defaults.retryIntervalMs),
  UNDO_ATTENTION_MS: milliseconds(defaults.undoAttentionMs),
  STALE_AFTER_MS: milliseconds(defaults.staleAfterMs),
};
export type PolicyConfig = z.infer<z.ZodObject<typeof policy>>;

export const orderPolicy = (config: PolicyConfig): OrderPolicy => ({
  placementLimitMs: config.PLACEMENT_LIMIT_MS,
  decisionLimitMs: config.DECISION_LIMIT_MS,
  courierLimitMs: config.COURIER_LIMIT_MS,
  pickupLimitMs: config.PICKUP_LIMIT_MS,
  deliveryAttentionMs: config.DELIVERY_ATTENTION_MS,
  reaskIntervalMs: config.REASK_INTERVAL_MS,
  avoidLocalMs: config.AVOID_LOCAL_MS,
  attemptMs: config.ATTEMPT_MS,
  retryIntervalMs: config.RETRY_INTERVAL_MS,
  undoAttentionMs: config.UNDO_ATTENTION_MS,
  staleAfterMs: config.STALE_AFTER_MS,
});
