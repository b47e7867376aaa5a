import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { orderWorkflowId, workflowTypes } from '../../contracts/names';
import { describeWorkflow } from '../../lib/temporal/connection';
import { WorkflowGoneError } from '../../lib/temporal/errors';
import { startWorkflow } from '../../lib/temporal/send';
import { findOrder, type OrderRow } from '../../prisma/restaurant/orders';
import { confirmedOrder, orderStart } from '../../workflows/start';
import { held } from '../answers';
import { refuse, type Refusal } from '../http/refusals';
import type { Answered } from '../http/route';
import { sendToWorkflow, type Commanded } from '../order-commands';
import type { RestaurantDeps } from './deps';

/**
 * Requests an agent again for a confirmed order that has none. An order without a workflow, because an old program confirmed it or its run
 * was lost, gets one. A run that was terminated stays so: whether the order continues is an operator's decision, by a repair.
 */
export async function askForAgent(
  deps: RestaurantDeps,
  orderId: string,
): Promise<Commanded<'askAgent'> | Refusal<'NOT_FOUND' | 'ILLEGAL_TRANSITION'>> {
  try {
    return await sendToWorkflow(deps.temporal, orderId, { kind: 'askAgent' });
  } catch (error) {
    if (!(error instanceof WorkflowGoneError)) throw error;
  }
  const order = await findOrder(deps.db, orderId);
  if (!order) return refuse('NOT_FOUND', 'Order not found');
  if (order.status !== 'CONFIRMED')
    return refuse('NOT_CONFIRMED', `Only a confirmed order gets an agent; this one is ${order.status}.`);
  return adopt(deps, order);
}

/** The started workflow requests the agent. A workflow that has completed had its agent. */
async function adopt(
  { temporal, policy }: RestaurantDeps,
  order: OrderRow,
): Promise<Answered<202> | Refusal<'ALREADY_ASSIGNED' | 'ILLEGAL_TRANSITION'>> {
  try {
    await startWorkflow(temporal, {
      workflow: workflowTypes.order,
      options: orderStart(confirmedOrder({ ...order, total: order.total?.toFixed(2) ?? null }, policy)),
    });
    return held;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const ended = await describeWorkflow(temporal, orderWorkflowId(order.orderId));
  if (ended?.status.name === 'COMPLETED') return refuse('ALREADY_ASSIGNED', 'The order has already had its agent.');
  return refuse(
    'ILLEGAL_TRANSITION',
    "The order's workflow was terminated. An operator has to repair the order first.",
  );
}
