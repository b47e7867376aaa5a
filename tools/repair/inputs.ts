/** Inputs of the runs that a repair starts. */
import { defaultPayloadConverter } from '@temporalio/common';
import { orderWorkflowId, ratingWorkflowId } from '../../contracts/names';
import type { OrderInput, RatingInput } from '../../contracts/workflow';
import { toTemporalError, WorkflowGoneError } from '../../lib/temporal/errors';
import { findOrderGroup } from '../../prisma/restaurant/orders';
import { noBodyHash, unknownUser } from '../../workflows/start';
import type { Finding, RepairDeps } from './inspect';
import { lostReason, type Remedy } from './remedy';

type Adoption = Extract<Remedy, { kind: 'adopt' }>;

/** The input of the closed run. If that has expired: of a cancelled order, since nothing knows what was ordered. */
export async function inputToRepeat(deps: RepairDeps, finding: Finding): Promise<OrderInput> {
  const input = await firstInput<OrderInput>(deps, orderWorkflowId(finding.orderId));
  return input ?? inputToAdopt(deps, finding, { kind: 'adopt', stage: 'cancelled', reason: lostReason });
}

/** Rebuilds the input from the databases, and from the last run where they lack something. */
export async function inputToAdopt(
  deps: RepairDeps,
  { orderId, rows: { record, group } }: Finding,
  remedy: Adoption,
): Promise<OrderInput> {
  const owner = record ?? group;
  const first = await firstInput<OrderInput>(deps, orderWorkflowId(orderId));
  const isPartlyRefused = group?.orders.some(({ status }) => status === 'CANCELLED') ?? false;
  // Only for a customer who asked for that does an order continue without one of its restaurants.
  const onPartialRefusal = isPartlyRefused ? 'keep_rest' : first?.onPartialRefusal;
  return {
    order: {
      order_id: orderId,
      user_id: owner?.userId ?? first?.order.user_id ?? unknownUser,
      placed_at: owner?.placedAt.toISOString() ?? first?.order.placed_at ?? new Date().toISOString(),
      status: 'PENDING',
      restaurants: group ? await orderedItems(deps, orderId, remedy.stage) : (first?.order.restaurants ?? []),
    },
    policy: deps.policy,
    bodyHash: record?.bodyHash ?? first?.bodyHash ?? noBodyHash,
    ...(onPartialRefusal && { onPartialRefusal }),
    total: (group?.total ?? record?.total)?.toFixed(2) ?? null,
    ...(remedy.stage !== 'placed' && { stage: remedy.stage }),
    ...(remedy.stage === 'cancelled' && { reason: group?.reason ?? record?.reason ?? remedy.reason }),
  };
}

/** From the stage `confirmed` on without refused parts; at `placed` with them, since the decisions are sent to the run afterwards. */
async function orderedItems(
  { dbs }: RepairDeps,
  orderId: string,
  stage: Adoption['stage'],
): Promise<OrderInput['order']['restaurants']> {
  const group = await findOrderGroup(dbs.restaurant, orderId);
  return (group?.orders ?? [])
    .filter(({ status }) => stage === 'placed' || status !== 'CANCELLED')
    .map(({ restaurantId, items }) => ({
      restaurant_id: restaurantId,
      items: items.map(({ menuItemId, quantity }) => ({ menu_item_id: menuItemId, quantity })),
    }));
}

/** The stored rating, else the accepted one. Throws WorkflowGoneError when Temporal no longer has it. */
export async function ratingToRepeat(deps: RepairDeps, { orderId, rows: { record } }: Finding): Promise<RatingInput> {
  if (record?.rating) {
    const { id, orderRating, agentRating } = record.rating;
    const ratings = { order_rating: orderRating, agent_rating: agentRating };
    return { rating_id: id, user_id: record.userId, order_id: orderId, ...ratings };
  }
  const accepted = await firstInput<RatingInput>(deps, ratingWorkflowId(orderId));
  if (!accepted) throw new WorkflowGoneError('its rating is gone from Temporal');
  return accepted;
}

/** The input of a workflow's last run. Null when Temporal no longer has it. */
async function firstInput<Input>({ temporal }: RepairDeps, workflowId: string): Promise<Input | null> {
  try {
    const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
    const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    return payload ? defaultPayloadConverter.fromPayload<Input>(payload) : null;
  } catch (error) {
    const failure = toTemporalError(error);
    if (failure instanceof WorkflowGoneError) return null;
    throw failure;
  }
}
