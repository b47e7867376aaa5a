import { createHash, randomUUID } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';
import type { Caller } from '../contracts/access';
import { placement, placementHeld } from '../contracts/answers/orders';
import { limits } from '../contracts/limits';
import { orderLogFields, orderWorkflowId, placementUpdateId, workflowTypes } from '../contracts/names';
import { placeOrderBody, type PlaceOrderBody } from '../contracts/orders';
import type { OrderPolicy } from '../contracts/policy';
import type { OrderInput, OrderResult, PlacementOutcome } from '../contracts/workflow';
import { addLogFields } from '../lib/logging/correlation';
import { describeWorkflow, resultOf, type Temporal } from '../lib/temporal/connection';
import { WorkflowGoneError } from '../lib/temporal/errors';
import { startWithUpdate } from '../lib/temporal/send';
import { placeUpdate } from '../workflows/messages';
import { noBodyHash, orderMemo, orderStart } from '../workflows/start';
import { acceptedBody } from './answers';
import { refuseAnothers } from './http/access';
import { isUnlimited } from './http/limits';
import { isRefusal, refuse } from './http/refusals';
import { answer, body, route } from './http/route';
import type { OpenOrders } from './open-orders';
import { exampleIds, exampleTimes } from './openapi/examples';

/** Must never change: another namespace would map a repeated idempotency key to another order. */
const idempotencyNamespace = '6f0e2a54-3f0b-4a5c-9d51-0a5f6f3f2b1e';

const placedExample = { order_id: exampleIds.order, status: 'PENDING' as const, placed_at: exampleTimes.placed };
const heldBody = { ...acceptedBody, status: 'PENDING' as const };

/** `POST /orders`, the same at each service that takes orders. @param location Where the service shows the order. */
export const placementRoute = (location: (orderId: string) => string, oldName?: { path: `/${string}` }) =>
  route({
    method: 'POST',
    path: '/orders',
    oldName,
    id: 'placeOrder',
    summary: 'Places an order',
    description:
      'Answers once the restaurant side has checked, priced and stored it. Repeated restaurants and items are merged, their quantities added. ' +
      'A repeat with the same `Idempotency-Key` is the same order.',
    roles: ['customer', 'service'],
    idempotent: true,
    body: body(
      placeOrderBody,
      {
        user_id: exampleIds.user,
        restaurants: [
          { restaurant_id: exampleIds.restaurant, items: [{ menu_item_id: exampleIds.menuItem, quantity: 2 }] },
        ],
      },
      { limit: 131_072 },
    ),
    answers: {
      201: answer('Placed: the restaurants decide next.', placement, {
        ...placedExample,
        total: 17,
        message: 'Order placed',
      }),
      202: answer(
        'Accepted: it will be placed or cancelled. A service is slow or unavailable.',
        placementHeld,
        { ...heldBody, ...placedExample },
        { location: true },
      ),
    },
    refusals: {
      TOO_MANY_OPEN_ORDERS: `The customer has ${limits.openOrders} open orders.`,
      NOT_FOUND: 'A restaurant or an item is unknown, or not available at this hour.',
      KEY_REUSED: 'The `Idempotency-Key` came before with another body.',
    },
    async handle(deps: PlacementDeps, { body, caller, idempotencyKey, answer }) {
      const orderId = orderIdOf(body.user_id, idempotencyKey);
      const placed =
        refuseAnothers(caller, body.user_id) ??
        (isUnlimited(caller)
          ? undefined
          : await deps.openOrders?.refusal({ order_id: orderId, user_id: body.user_id })) ??
        keptUnder(idempotencyKey, await placeOrder(deps, orderId, body, caller, idempotencyKey));
      if (isRefusal(placed) && placed.refused === 'TOO_MANY_OPEN_ORDERS') deps.openOrders?.refused(body.user_id);
      if (isRefusal(placed)) return placed;
      const { placedAt, held, total } = placed;
      const order = { order_id: orderId, status: 'PENDING' as const, placed_at: placedAt };
      const headers = { Location: location(orderId) };
      if (held) return answer(202, { ...heldBody, ...order }, headers);
      return answer(201, { ...order, total, message: 'Order placed' }, headers);
    },
  });

export interface PlacementDeps {
  temporal: Temporal;
  policy: OrderPolicy;
  /** Where the customers' records are. */
  openOrders?: OpenOrders;
}

const orderIdOf = (userId: string, key: string | undefined): string =>
  key === undefined ? randomUUID() : uuidV5(`${userId}\n${key}`, idempotencyNamespace);

/**
 * Places an order: starts its workflow and waits until the restaurant side has checked, priced and stored it. With an idempotency key a
 * repeat is the same order and gets the same answer. `held`: Temporal holds the order, but the restaurant side has not stored it yet. Throws
 * TemporalUnavailableError.
 */
async function placeOrder(
  deps: PlacementDeps,
  orderId: string,
  body: PlaceOrderBody,
  caller: Caller,
  key: string | undefined,
) {
  addLogFields(orderLogFields(orderId));
  const input = orderInput(orderId, body, caller, deps.policy);
  const sent = await startWithUpdate(
    deps.temporal,
    { workflow: workflowTypes.order, options: orderStart(input) },
    { definition: placeUpdate, updateId: placementUpdateId, args: [] },
  ).catch((error: unknown) => {
    if (error instanceof WorkflowGoneError) return { state: 'ended' as const };
    throw error;
  });
  if (sent.state === 'completed') return toPlacement(orderId, input.bodyHash, sent.value);

  const first = key === undefined ? undefined : await firstPlacement(deps.temporal, orderId);
  if (isAnother(first?.bodyHash, input.bodyHash)) return keyReused;
  const rejected = sent.state === 'ended' ? await rejectionOf(deps.temporal, orderId) : undefined;
  const placedAt = first?.placedAt ?? input.order.placed_at;
  return rejected ?? { orderId, placedAt, held: sent.state === 'held', total: null };
}

function toPlacement(orderId: string, bodyHash: string, outcome: PlacementOutcome) {
  if (isAnother(outcome.bodyHash, bodyHash)) return keyReused;
  if (outcome.outcome === 'placed' || (outcome.outcome === 'settled' && outcome.total !== null))
    return { orderId, placedAt: outcome.placedAt, held: false, total: Number(outcome.total) };
  return refuse(('code' in outcome && outcome.code) || 'NOT_FOUND', outcome.reason ?? 'Order not found');
}

/** A repeat under a key is the same order, and gets the same refusal: the client learns that it needs another key. */
const keptUnder = <Placed>(key: string | undefined, placed: Placed): Placed =>
  key !== undefined && isRefusal(placed) && placed.refused !== 'KEY_REUSED'
    ? {
        ...placed,
        message: `${placed.message.replace(/\.$/, '')}. The Idempotency-Key keeps this refusal: use a new key to order again.`,
      }
    : placed;

const isAnother = (first: string | undefined, now: string): boolean =>
  first !== undefined && first !== noBodyHash && first !== now;

/** The placement that Temporal holds under this order id: this one or an earlier one. */
async function firstPlacement(temporal: Temporal, orderId: string) {
  const memo = (await describeWorkflow(temporal, orderWorkflowId(orderId)))?.memo;
  const text = (name: string): string | undefined => (typeof memo?.[name] === 'string' ? memo[name] : undefined);
  return { bodyHash: text(orderMemo.bodyHash), placedAt: text(orderMemo.placedAt) };
}

/** A run that ended before its placement was requested: its result answers. */
async function rejectionOf(temporal: Temporal, orderId: string) {
  const { outcome, reason, code } = await resultOf<OrderResult>(temporal, orderWorkflowId(orderId));
  const isPlaced = outcome !== 'REJECTED' && outcome !== 'CANCELLED';
  return isPlaced ? undefined : refuse(code ?? 'NOT_FOUND', reason ?? 'Order not found');
}

const keyReused = refuse(
  'KEY_REUSED',
  'This Idempotency-Key came before with another body. Use a new key for a new order.',
  { errors: [{ path: 'Idempotency-Key', message: 'used with another body' }] },
);

function orderInput(orderId: string, body: PlaceOrderBody, caller: Caller, policy: OrderPolicy): OrderInput {
  const { user_id, restaurants, on_partial_refusal } = body;
  const placed_at = new Date().toISOString();
  const order = { order_id: orderId, user_id, placed_at, status: 'PENDING' as const, restaurants };
  const keepsRest = on_partial_refusal === 'keep_rest';
  return {
    order,
    policy,
    bodyHash: hashOf(body),
    ...(keepsRest && { onPartialRefusal: on_partial_refusal }),
    ...(caller.role === 'customer' && { maxOpenOrders: limits.openOrders }),
  };
}

/** SHA-256 in hex of a placement's body. The same cart in another order has the same hash. */
export function hashOf({ user_id, restaurants, on_partial_refusal }: PlaceOrderBody): string {
  const cart = restaurants.map(({ restaurant_id, items }) => ({
    restaurant_id,
    items: items.toSorted((one, other) => compare(one.menu_item_id, other.menu_item_id)),
  }));
  cart.sort((one, other) => compare(one.restaurant_id, other.restaurant_id));
  const canonical = JSON.stringify({ user_id, cart, on_partial_refusal });
  return createHash('sha256').update(canonical).digest('hex');
}
const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
