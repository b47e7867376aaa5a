/** With what the runs are started that mend an order. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { PlaceOrderMessage } from '../../contracts/messages';
import { orderWorkflowId, ratingWorkflowId } from '../../contracts/names';
import type { OrderInput, RatingInput } from '../../contracts/workflow';
import type { Temporal } from '../../lib/temporal/connection';
import { toTemporalError, WorkflowGoneError } from '../../lib/temporal/errors';
import { findOrderGroup, type StoredGroup } from '../../prisma/restaurant/orders';
import { noBodyHash, unknownUser } from '../../workflows/start';
import type { Finding, RepairDeps } from './look';
import { lost, type Remedy } from './remedy';

type Adoption = Extract<Remedy, { kind: 'adopt' }>;

/** The input of the run that was closed; of an order that cannot be placed again, if that has gone meanwhile. */
export async function inputToRepeat(deps: RepairDeps, finding: Finding): Promise<OrderInput> {
  const input = await inputOfRun<OrderInput>(deps.temporal, orderWorkflowId(finding.orderId));
  return input ?? inputToAdopt(deps, finding, { kind: 'adopt', stage: 'cancelled', reason: lost });
}

/** The order again, as the databases know it: whose it is, what was ordered, what a repeated placement is compared with. */
export async function inputToAdopt(
  { dbs, temporal, policy }: RepairDeps,
  { orderId, known: { record, group } }: Finding,
  remedy: Adoption,
): Promise<OrderInput> {
  const owner = record ?? group;
  const first = await inputOfRun<OrderInput>(temporal, orderWorkflowId(orderId));
  const ordered = group ? orderedFrom(await findOrderGroup(dbs.restaurant, orderId), remedy.stage) : [];
  return {
    order: {
      order_id: orderId,
      user_id: owner?.userId ?? first?.order.user_id ?? unknownUser,
      placed_at: owner?.placedAt.toISOString() ?? first?.order.placed_at ?? new Date().toISOString(),
      status: 'PENDING',
      restaurants: group ? ordered : (first?.order.restaurants ?? []),
    },
    policy,
    bodyHash: record?.bodyHash ?? first?.bodyHash ?? noBodyHash,
    // Only where the customer wants the rest does an order go on without one of its restaurants.
    ...(group?.orders.some(({ status }) => status === 'CANCELLED')
      ? { onPartialRefusal: 'keep_rest' }
      : first?.onPartialRefusal && { onPartialRefusal: first.onPartialRefusal }),
    total: (group?.total ?? record?.total)?.toFixed(2) ?? null,
    ...(remedy.stage !== 'placed' && { stage: remedy.stage }),
    ...(remedy.stage === 'cancelled' && { reason: group?.reason ?? record?.reason ?? remedy.reason }),
  };
}

/** At the stage `placed` all that was ordered: the run is then told which restaurants have decided. Else what is left of it. */
const orderedFrom = (group: StoredGroup | null, stage: Adoption['stage']): PlaceOrderMessage['restaurants'] =>
  (group?.orders ?? [])
    .filter(({ status }) => stage === 'placed' || status !== 'CANCELLED')
    .map(({ restaurantId, items }) => ({
      restaurant_id: restaurantId,
      items: items.map(({ menuItemId, quantity }) => ({ menu_item_id: menuItemId, quantity })),
    }));

/** The rating as it is stored; of one that is not, as it was accepted. Throws when that has gone meanwhile. */
export async function ratingToRepeat(
  temporal: Temporal,
  { orderId, known: { record } }: Finding,
): Promise<RatingInput> {
  if (!record?.rating) {
    const accepted = await inputOfRun<RatingInput>(temporal, ratingWorkflowId(orderId));
    if (!accepted) throw new WorkflowGoneError('its rating is gone from Temporal');
    return accepted;
  }
  const { id, orderRating, agentRating } = record.rating;
  const rated = { order_rating: orderRating, agent_rating: agentRating };
  return { rating_id: id, user_id: record.userId, order_id: orderId, ...rated };
}

/** With what a workflow's last run was started. Null when Temporal does not know it any more. */
async function inputOfRun<Input>({ client }: Temporal, workflowId: string): Promise<Input | null> {
  try {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    return payload ? defaultPayloadConverter.fromPayload<Input>(payload) : null;
  } catch (err) {
    const failure = toTemporalError(err);
    if (failure instanceof WorkflowGoneError) return null;
    throw failure;
  }
}
