import { createHash, randomUUID } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';
import type { PlaceOrderBody } from '../../contracts/orders';
import { placementUpdateId, workflowTypes } from '../../contracts/names';
import type { OrderInput, OrderPolicy, PlacementOutcome } from '../../contracts/workflow';
import { startWithUpdate, type Temporal } from '../../lib/temporal';
import type { orderWorkflow } from '../../workflows';
import { placeUpdate } from '../../workflows/messages';
import { orderStart } from '../../workflows/start';
import { notFound, unprocessable } from '../http/problems';

/** Fixed for ever: another namespace would give a repeated idempotency key another order. */
const idempotencyNamespace = '6f0e2a54-3f0b-4a5c-9d51-0a5f6f3f2b1e';

export interface Placement {
  orderId: string;
  placedAt: string;
  /** Temporal holds the order, but the restaurant side has not stored it yet. */
  held: boolean;
}

/** What a placement leaves in the user service's own database. */
export interface PlacementRecord {
  bodyHash: string | null;
  placedAt: Date;
  total: unknown;
  reason: string | null;
}

export interface PlacementDeps {
  temporal: Temporal;
  policy: OrderPolicy;
  findRecord: (orderId: string) => Promise<PlacementRecord | null>;
}

/**
 * Places an order: starts its workflow and waits until the restaurant side has checked, priced and stored it.
 * With an idempotency key a repeat is the same order and gets the same answer.
 * Throws HttpProblem: 404 something is not available, 422 the key was used with another body; TemporalAwayError.
 */
export async function placeOrder(
  deps: PlacementDeps,
  body: PlaceOrderBody,
  key: string | undefined,
): Promise<Placement> {
  const orderId = key === undefined ? randomUUID() : uuidV5(`${body.user_id}\n${key}`, idempotencyNamespace);
  const input = orderInput(orderId, body, deps.policy);
  const sent = await startWithUpdate<typeof orderWorkflow, PlacementOutcome, []>(
    deps.temporal,
    { workflow: workflowTypes.order, options: orderStart(input) },
    { definition: placeUpdate, updateId: placementUpdateId, args: [] },
  );
  if (sent.state === 'held') return { orderId, placedAt: input.order.placed_at, held: true };

  const { value } = sent;
  if (value.bodyHash !== input.bodyHash) throw keyReused();
  switch (value.outcome) {
    case 'placed':
      return { orderId, placedAt: value.placedAt, held: false };
    case 'rejected':
    case 'cancelled':
      throw notFound(value.reason);
    case 'settled':
      return fromRecord(orderId, input.bodyHash, await deps.findRecord(orderId));
  }
}

/** The run of this order is gone from Temporal; the first answer is told from the record that it left. */
function fromRecord(orderId: string, bodyHash: string, record: PlacementRecord | null): Placement {
  if (!record) throw notFound('Order not found');
  if (record.bodyHash !== null && record.bodyHash !== bodyHash) throw keyReused();
  if (record.total === null) throw notFound(record.reason ?? 'Order not found');
  return { orderId, placedAt: record.placedAt.toISOString(), held: false };
}

const keyReused = () =>
  unprocessable('This Idempotency-Key was used with another body. Use a fresh key for a new order.', [
    { path: 'Idempotency-Key', message: 'used with another body' },
  ]);

function orderInput(orderId: string, body: PlaceOrderBody, policy: OrderPolicy): OrderInput {
  const { user_id, restaurants } = body;
  const placed_at = new Date().toISOString();
  const bodyHash = createHash('sha256').update(JSON.stringify({ user_id, restaurants })).digest('hex');
  return { order: { order_id: orderId, user_id, placed_at, status: 'PENDING', restaurants }, policy, bodyHash };
}
