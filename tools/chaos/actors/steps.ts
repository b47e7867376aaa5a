/** What a customer, a restaurant and a courier do with one order. Requests are repeated until they are answered. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '../../../contracts/errors';
import { queues, ratingsExchange } from '../../../contracts/names';
import type { DeliveryMove } from '../../../contracts/states';
import { codeOf, type AnyAnswer } from '../../platform/answer';
import type { Platform } from '../../platform/platform';
import type { AddedRestaurant, DecisionBody, Job } from '../../platform/requests';
import type { Journal, Placement, PlacementOutcome } from '../journal';
import { isRefusedInPart, placementRoutes } from '../plan/orders';
import type { Listeners } from './listeners';
import type { Outsider } from './outsider';

export interface Actors {
  platform: Platform;
  outsider: Outsider;
  listeners: Listeners;
  journal: Journal;
  restaurants: AddedRestaurant[];
  /** Ends every wait and every request. */
  end: AbortSignal;
}

export interface OrderContext extends Actors {
  placement: Placement;
  /** Until the placement is accepted, the id that its message would have. */
  orderId: string;
  /** Journals every answer, and repeats a request until it is answered without a 5xx, or for a minute. */
  platform: Platform;
}

/** Longer than a service takes to say that it holds a request: 3 s, and 2 s to be sure of it. */
const answerTimeoutMs = 8_000;
/** Every time limit of an order passes sooner. */
const actorTimeoutMs = 60_000;

export function createOrderContext(actors: Actors, placement: Placement): OrderContext {
  const { channel, messageOrderId } = placement.planned;
  const repeat = {
    when: (answer: AnyAnswer) =>
      answer.outcome === 'no answer' ||
      answer.outcome === 'failed' ||
      earlyCodes.has(codeOf(answer)) ||
      (answer.status === 404 && channel === 'message'), // the order is unknown until it has been adopted
    timeoutMs: actorTimeoutMs,
    pauseMs: (attempt: number) => Math.min(200 * 1.5 ** (attempt - 2), 1_500),
  };
  const onAnswer = (answer: AnyAnswer, attempt: number): void =>
    actors.journal.recordAnswer(placement, answer, attempt);
  const options = { timeoutMs: answerTimeoutMs, signal: actors.end, repeat, onAnswer };
  return { ...actors, placement, orderId: messageOrderId, platform: actors.platform.with(options) };
}

/** Refusals of a request that came too early: the workflow hears of its agent, and the customer's record of the delivery, a moment later. */
const earlyCodes = new Set<string | undefined>(['NO_AGENT_YET', 'NOT_DELIVERED'] satisfies ErrorCode[]);

/** Ends early at the end of the run. */
export const pause = (ms: number, end: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal: end }).catch(() => undefined);

/** Without an idempotency key the request is sent once. */
export async function placeOrder(order: OrderContext): Promise<PlacementOutcome> {
  const { channel, idempotencyKey, placementTimeoutMs, onPartialRefusal } = order.placement.planned;
  const route = placementRoutes[channel];
  if (!route) return (await publishPlacement(order)) ? { is: 'accepted', orderId: order.orderId } : { is: 'unknown' };
  const once = { repeat: undefined, timeoutMs: placementTimeoutMs };
  const platform = idempotencyKey ? order.platform : order.platform.with(once);
  const body = { ...order.placement.body, on_partial_refusal: onPartialRefusal };
  const headers = { ...(idempotencyKey && { 'Idempotency-Key': idempotencyKey }) };
  const [service, path] = route;
  const answer = await platform.request<{ order_id: string }>(service, 'POST', path, { body, headers });
  if (answer.outcome === 'done' || answer.outcome === 'accepted')
    return { is: 'accepted', orderId: answer.body.order_id };
  return answer.outcome === 'refused' ? { is: 'refused', status: answer.status } : { is: 'unknown' };
}

/** As programs older than the HTTP interface do; for a second time when the order exists. Returns whether the broker confirmed. */
export function publishPlacement({ outsider, orderId, placement }: OrderContext): Promise<boolean> {
  const placed_at = new Date().toISOString().replace('Z', ''); // without a time zone, as they do
  const message = { order_id: orderId, placed_at, status: 'PENDING', ...placement.body };
  return outsider.publish({ queue: queues.placeOrder }, message);
}

export async function cancel({ platform, placement, orderId }: OrderContext): Promise<void> {
  const send = () => platform.cancelOrder(orderId, { reason: 'no longer hungry' });
  await (placement.planned.cancelsTwice ? Promise.all([send(), send()]) : send());
}

export async function rate({ platform, placement, orderId }: OrderContext): Promise<void> {
  const { userId: user_id, rating } = placement.planned;
  placement.isRated = isSuccess(await platform.rateOrder({ user_id, order_id: orderId, ...rating }));
}

export async function repeatRating({ outsider, placement, orderId }: OrderContext): Promise<void> {
  if (!placement.isRated) return;
  const event = { order_id: orderId, ...placement.planned.rating };
  for (let time = 0; time < 2; time += 1) await outsider.publish({ exchange: ratingsExchange }, event);
}

export async function decide(order: OrderContext): Promise<void> {
  await Promise.all(decisionsOf(order).map((decision) => order.platform.decide(order.orderId, decision)));
}

function decisionsOf({ placement: { planned, body } }: OrderContext): DecisionBody[] {
  const { scenario, decidesByPart } = planned;
  if (scenario === 'no decision') return [];
  if (scenario === 'refused') return [{ status: 'CANCELLED', reason: 'the oven is broken' }];
  if (!decidesByPart) return [{ status: 'CONFIRMED' }];
  return body.restaurants.map(({ restaurant_id }, index) =>
    isRefusedInPart(scenario) && index === 0
      ? { status: 'CANCELLED', restaurant_id, reason: 'out of onions' }
      : { status: 'CONFIRMED', restaurant_id },
  );
}

const pollIntervalMs = 750;

/** Waits until the order has an agent other than `previous`. Undefined when it is cancelled, or after a minute. */
export async function awaitJob(order: OrderContext, previous?: Job): Promise<Job | undefined> {
  const platform = order.platform.with({ repeat: undefined });
  const deadline = Date.now() + actorTimeoutMs;
  while (Date.now() < deadline && !order.end.aborted) {
    const delivery = await platform.delivery(order.orderId);
    if (delivery.outcome === 'done') {
      const { data: job } = delivery.body;
      if (job.status === 'CANCELLED') return undefined;
      if (job.agent_id !== previous?.agent_id) return job;
    }
    // The delivery service may never hear of an order that is cancelled early; the customer's record knows.
    const history = await platform.ordersOf(order.placement.planned.userId);
    if (history.outcome === 'done' && history.body.data.orders[0]?.status === 'CANCELLED') return undefined;
    await pause(pollIntervalMs, order.end);
  }
  return undefined;
}

const isSuccess = ({ outcome }: AnyAnswer): boolean => outcome === 'done' || outcome === 'accepted';

/** Returns false for a refusal: the order is over. */
export const move = async ({ platform, orderId }: OrderContext, status: DeliveryMove): Promise<boolean> =>
  isSuccess(await platform.moveDelivery(orderId, status));

/** Picks up again where the pick-up was accepted but not carried out. Returns false when that is refused. */
export async function deliver(order: OrderContext): Promise<boolean> {
  while (!(await move(order, 'DELIVERED'))) {
    if (!(await move(order, 'PICKED_UP'))) return false;
  }
  return true;
}

export const decline = async ({ platform, orderId }: OrderContext, { agent_id }: Job): Promise<boolean> =>
  isSuccess(await platform.decline(orderId, { agent_id, reason: 'a flat tyre' }));

/** Publishes the order's assignment again, as the broker may do. */
export const repeatAssignment = ({ outsider, orderId }: OrderContext, { agent_id, agent_name }: Job) =>
  outsider.publish({ queue: queues.agentAssigned }, { order_id: orderId, agent_id, agent_name });
