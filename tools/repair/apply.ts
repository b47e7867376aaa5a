import { defaultPayloadConverter } from '@temporalio/common';
import { sendCommand } from '../../api/order-commands';
import {
  orderWorkflowId,
  placementUpdateId,
  ratingWorkflowId,
  unknownUser,
  workflowTypes,
} from '../../contracts/names';
import { limits } from '../../contracts/limits';
import type { Decision } from '../../contracts/states';
import { fitted } from '../../contracts/texts';
import type { OrderInput, RatingInput } from '../../contracts/workflow';
import { TemporalUnavailableError, WorkflowGoneError, toTemporalError } from '../../lib/temporal/errors';
import { startWorkflow } from '../../lib/temporal/send';
import { findOrderGroup } from '../../prisma/restaurant/orders';
import { withRepairLock } from '../../prisma/user/orders';
import { placeUpdate } from '../../workflows/messages';
import { noBodyHash, orderStart, ratingStart } from '../../workflows/start';
import { inspect, type Finding, type RepairDeps } from './inspect';
import { lostReason, type Remedy } from './remedy';

/**
 * Inspects the order again, under a lock, and applies the remedy: another repair may have come first. Resolves to the finding; its remedy has
 * been applied unless it is `manual`. Throws TemporalUnavailableError, UpdateRefusedError, or what a database throws. Idempotent.
 */
export const applyRemedy = (deps: RepairDeps, orderId: string): Promise<Finding> =>
  withRepairLock(deps.dbs.user, orderId, async () => {
    const finding = await inspect(deps, orderId);
    const { remedy } = finding;
    switch (remedy.kind) {
      case 'none':
      case 'manual':
        break;
      case 'resend':
        // An order may have been confirmed without some of its restaurants: their refusals come first.
        if (remedy.command.kind === 'decide') await resendDecisions(deps, finding, ['CANCELLED']);
        // The run may have caught up with the command: then it is a no-op.
        await sendCommand(deps.temporal, orderId, remedy.command);
        break;
      case 'restart':
        await startOrder(deps, await inputToRepeat(deps, finding));
        break;
      case 'adopt':
        await startOrder(deps, await inputToAdopt(deps, finding, remedy));
        if (remedy.stage === 'placed') await resendDecisions(deps, finding, ['CANCELLED', 'CONFIRMED']);
        break;
      case 'rate': {
        const options = ratingStart(await ratingToRepeat(deps, finding), deps.policy);
        await startWorkflow(deps.temporal, { workflow: workflowTypes.rating, options });
      }
    }
    return finding;
  });

/** Long enough for a healthy system to place an order, or to compensate one. */
const placementWaitMs = 3_000;

/** Reuses a closed run's id, which nothing else may; an open run continues. `place` is the answer for a customer who repeats the placement. */
async function startOrder({ temporal }: RepairDeps, input: OrderInput): Promise<void> {
  const options = { ...orderStart(input), workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const };
  await startWorkflow(temporal, { workflow: workflowTypes.order, options });
  const handle = temporal.client.workflow.getHandle(options.workflowId);
  try {
    await temporal.client.withDeadline(Date.now() + placementWaitMs, () =>
      handle.executeUpdate(placeUpdate, { updateId: placementUpdateId }),
    );
  } catch (error) {
    const failure = toTemporalError(error);
    if (!(failure instanceof TemporalUnavailableError || failure instanceof WorkflowGoneError)) throw failure;
  }
}

/** Sends what single restaurants have decided for their parts. */
async function resendDecisions({ temporal }: RepairDeps, finding: Finding, decisions: Decision[]): Promise<void> {
  for (const { restaurantId, status: current, reason } of finding.rows.group?.orders ?? []) {
    const status = decisions.find((decision) => decision === current);
    if (status)
      await sendCommand(temporal, finding.orderId, {
        kind: 'decide',
        status,
        restaurant_id: restaurantId,
        reason: fitting(reason),
      });
  }
}

type Adoption = Extract<Remedy, { kind: 'adopt' }>;

/** The input of the closed run. If that has expired: of a cancelled order, since nothing knows what was ordered. */
async function inputToRepeat(deps: RepairDeps, finding: Finding): Promise<OrderInput> {
  const input = await firstInput<OrderInput>(deps, orderWorkflowId(finding.orderId));
  return input ?? inputToAdopt(deps, finding, { kind: 'adopt', stage: 'cancelled', reason: lostReason });
}

/** Rebuilds the input from the databases, and from the last run where they lack something. */
async function inputToAdopt(deps: RepairDeps, { orderId, rows }: Finding, remedy: Adoption): Promise<OrderInput> {
  const { record, group } = rows;
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
    ...(remedy.stage === 'cancelled' && { reason: fitting(group?.reason ?? record?.reason) ?? remedy.reason }),
  };
}

/** A stored reason as a message can carry it: one that is older than the rules may not fit. */
const fitting = (reason: string | null | undefined): string | undefined =>
  fitted(reason ?? '', 'lines', limits.reasonLength);

/** From the stage `confirmed` on without refused parts; at `placed` with them, since the decisions are sent to the run afterwards. */
async function orderedItems({ dbs }: RepairDeps, orderId: string, stage: Adoption['stage']) {
  const group = await findOrderGroup(dbs.restaurant, orderId);
  return (group?.orders ?? [])
    .filter(({ status }) => stage === 'placed' || status !== 'CANCELLED')
    .map(({ restaurantId, items }) => ({
      restaurant_id: restaurantId,
      items: items.map(({ menuItemId, quantity }) => ({ menu_item_id: menuItemId, quantity })),
    }));
}

/** The stored rating, else the accepted one. Throws WorkflowGoneError when Temporal no longer has it. */
async function ratingToRepeat(deps: RepairDeps, { orderId, rows: { record } }: Finding): Promise<RatingInput> {
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
