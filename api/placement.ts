import { createHash, randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { v5 as uuidV5 } from 'uuid';
import { z } from 'zod';
import { idempotencyKey, placeOrderBody, type PlaceOrderBody } from '../contracts/orders';
import { orderLogFields } from '../contracts/log-fields';
import { orderWorkflowId, placementUpdateId, workflowTypes } from '../contracts/names';
import type { OrderInput, OrderPolicy, OrderResult, PlacementOutcome } from '../contracts/workflow';
import { addLogFields } from '../lib/logging/context';
import { describeWorkflow, resultOf, type Temporal } from '../lib/temporal/connection';
import { WorkflowGoneError } from '../lib/temporal/errors';
import { startWithUpdate } from '../lib/temporal/send';
import type { orderWorkflow } from '../workflows';
import { placeUpdate } from '../workflows/messages';
import { noBodyHash, orderMemo, orderStart } from '../workflows/start';
import { accepted, created } from './http/answers';
import { callerOf, requireOwnUser } from './http/access';
import { readBody } from './http/input';
import { notFound, unprocessable } from './http/problems';

/** Fixed for ever: another namespace would give a repeated idempotency key another order. */
const idempotencyNamespace = '6f0e2a54-3f0b-4a5c-9d51-0a5f6f3f2b1e';

/** `POST /orders`, the same at each service that takes orders. `location` is where that service shows the order. */
export const placementRoute =
  (deps: PlacementDeps, location: (orderId: string) => string): RequestHandler =>
  async (req, res) => {
    const body = readBody(placeOrderBody, req);
    requireOwnUser(callerOf(req), body.user_id);
    const { orderId, placedAt, held } = await placeOrder(deps, body, readKey(req));
    const answer = { order_id: orderId, status: 'PENDING', placed_at: placedAt };
    const message = held ? 'Order accepted; it has not been placed yet' : 'Order placed';
    if (held) accepted(res.location(location(orderId)), { ...answer, message });
    else created(req, res, '/orders', location(orderId), { ...answer, message });
  };

interface Placement {
  orderId: string;
  placedAt: string;
  /** Temporal holds the order, but the restaurant side has not stored it yet. */
  held: boolean;
}

export interface PlacementDeps {
  temporal: Temporal;
  policy: OrderPolicy;
}

/**
 * Places an order: starts its workflow and waits until the restaurant side has checked, priced and stored it.
 * With an idempotency key a repeat is the same order and gets the same answer.
 * Throws HttpProblem: 404 something is not available, 422 the key was used with another body; TemporalUnavailableError.
 */
async function placeOrder(deps: PlacementDeps, body: PlaceOrderBody, key: string | undefined): Promise<Placement> {
  const orderId = key === undefined ? randomUUID() : uuidV5(`${body.user_id}\n${key}`, idempotencyNamespace);
  addLogFields(orderLogFields(orderId));
  const input = orderInput(orderId, body, deps.policy);
  const sent = await startWithUpdate<typeof orderWorkflow, PlacementOutcome, []>(
    deps.temporal,
    { workflow: workflowTypes.order, options: orderStart(input) },
    { definition: placeUpdate, updateId: placementUpdateId, args: [] },
  ).catch((err: unknown) => {
    if (err instanceof WorkflowGoneError) return { state: 'ended' as const };
    throw err;
  });
  if (sent.state === 'completed') return toPlacement(orderId, input.bodyHash, sent.value);

  const first = key === undefined ? undefined : await firstPlacement(deps.temporal, orderId);
  if (first?.bodyHash !== undefined && isAnother(first.bodyHash, input.bodyHash)) throw keyReused();
  if (sent.state === 'ended') await checkResult(deps.temporal, orderId);
  return { orderId, placedAt: first?.placedAt ?? input.order.placed_at, held: sent.state === 'held' };
}

function toPlacement(orderId: string, bodyHash: string, outcome: PlacementOutcome): Placement {
  if (isAnother(outcome.bodyHash, bodyHash)) throw keyReused();
  const placed = { orderId, placedAt: outcome.placedAt, held: false };
  switch (outcome.outcome) {
    case 'placed':
      return placed;
    case 'rejected':
    case 'cancelled':
      throw notFound(outcome.reason);
    case 'settled':
      if (outcome.total === null) throw notFound(outcome.reason ?? 'Order not found');
      return placed;
  }
}

const isAnother = (first: string, now: string): boolean => first !== noBodyHash && first !== now;

/** Of the placement that Temporal holds under this order id, this one's or an earlier one's. */
async function firstPlacement(temporal: Temporal, orderId: string) {
  const memo = (await describeWorkflow(temporal, orderWorkflowId(orderId)))?.memo;
  const text = (name: string): string | undefined => (typeof memo?.[name] === 'string' ? memo[name] : undefined);
  return { bodyHash: text(orderMemo.bodyHash), placedAt: text(orderMemo.placedAt) };
}

/** A run that was never asked for its first answer has ended: it is told by what the order came to. */
async function checkResult(temporal: Temporal, orderId: string): Promise<void> {
  const { outcome, reason } = await resultOf<OrderResult>(temporal, orderWorkflowId(orderId));
  if (outcome === 'REJECTED' || outcome === 'CANCELLED') throw notFound(reason ?? 'Order not found');
}

const keyReused = () =>
  unprocessable('This Idempotency-Key was used with another body. Use a fresh key for a new order.', [
    { path: 'Idempotency-Key', message: 'used with another body' },
  ]);

function orderInput(orderId: string, body: PlaceOrderBody, policy: OrderPolicy): OrderInput {
  const { user_id, restaurants, on_partial_refusal } = body;
  const placed_at = new Date().toISOString();
  const keepsRest = on_partial_refusal === 'keep_rest';
  // What is as usual is left out: the same body has the same hash as before there was a choice.
  const hashed = { user_id, restaurants, ...(keepsRest && { on_partial_refusal }) };
  const bodyHash = createHash('sha256').update(JSON.stringify(hashed)).digest('hex');
  const order = { order_id: orderId, user_id, placed_at, status: 'PENDING' as const, restaurants };
  return { order, policy, bodyHash, ...(keepsRest && { onPartialRefusal: on_partial_refusal }) };
}

function readKey(req: Request): string | undefined {
  const key = z.optional(idempotencyKey).safeParse(req.get('Idempotency-Key'));
  if (key.success) return key.data;
  throw unprocessable('The Idempotency-Key does not match', [
    { path: 'Idempotency-Key', message: '1 to 255 characters' },
  ]);
}
