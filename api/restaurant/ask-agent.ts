import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { orderWorkflowId, workflowTypes } from '../../contracts/names';
import type { OrderPolicy } from '../../contracts/workflow';
import { describeWorkflow, type Temporal } from '../../lib/temporal/connection';
import { WorkflowGoneError } from '../../lib/temporal/errors';
import { startWorkflow } from '../../lib/temporal/send';
import type { Database } from '../../prisma/restaurant/client';
import { findOrder, type OrderRow } from '../../prisma/restaurant/orders';
import { confirmedOrder, orderStart } from '../../workflows/start';
import { HttpProblem, notFound, ruleBroken } from '../http/problems';
import { sendToWorkflow } from '../order-commands';

interface AskAgentDeps {
  db: Database;
  temporal: Temporal;
  policy: OrderPolicy;
}

/**
 * Asks again for an agent for a confirmed order that has none; `held`: it will be done. An order that has no workflow, because an
 * old program confirmed it or its run was lost, gets one. Throws HttpProblem: 404 unknown or already assigned, 400 not confirmed,
 * 409 where its run was ended from outside: whether it is to go on is for whoever did that to say, by a repair.
 */
export async function askForAgent(deps: AskAgentDeps, orderId: string): Promise<'done' | 'held'> {
  try {
    return await sendToWorkflow(deps.temporal, orderId, { kind: 'askAgent' });
  } catch (err) {
    if (!(err instanceof WorkflowGoneError)) throw err;
  }
  const order = await findOrder(deps.db, orderId);
  if (!order) throw notFound('Order not found');
  if (order.status !== 'CONFIRMED')
    throw ruleBroken(`Only a confirmed order gets an agent; this one is ${order.status}.`);
  return adopt(deps, order);
}

/** The workflow asks by itself. One that has run to its end had its agent. */
async function adopt({ temporal, policy }: AskAgentDeps, order: OrderRow): Promise<'held'> {
  try {
    await startWorkflow(temporal, {
      workflow: workflowTypes.order,
      options: orderStart(confirmedOrder({ ...order, total: order.total?.toFixed(2) ?? null }, policy)),
    });
    return 'held';
  } catch (err) {
    if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
  }
  const ended = await describeWorkflow(temporal, orderWorkflowId(order.orderId));
  if (ended?.status.name === 'COMPLETED') throw notFound('The order already has had its agent.');
  throw new HttpProblem(
    409,
    `The order's workflow has ended before its time. It goes on once an operator has repaired it.`,
  );
}
