/** What the order worker does with a message: it starts the workflow of an order, or signals it. */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { AdoptOrderMessage, AgentAssignedMessage } from '../../contracts/messages';
import { orderWorkflowId, unknownUser, workflowTypes } from '../../contracts/names';
import { isStale, type OrderPolicy } from '../../contracts/policy';
import type { OrderInput } from '../../contracts/workflow';
import type { Log } from '../../lib/logging/log';
import type { Database } from '../../prisma/user/client';
import { findOrder } from '../../prisma/user/orders';
import { agentAssignedSignal } from '../../workflows/messages';
import { confirmedOrder, noBodyHash, orderStart } from '../../workflows/start';

/** A frozen Temporal must not occupy the prefetch: the message is retried. */
const temporalTimeoutMs = 5_000;

/** Starts the workflow of an order from the old platform. Idempotent: a no-op for an order that has, or had, a workflow. */
export const adoptOrder =
  (client: Client, db: Database, policy: OrderPolicy) =>
  async (message: AdoptOrderMessage): Promise<void> => {
    try {
      const start = orderStart(await inputOf(message, db, policy));
      await client.withDeadline(Date.now() + temporalTimeoutMs, () =>
        client.workflow.start(workflowTypes.order, { ...start, workflowIdConflictPolicy: 'FAIL' }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };

async function inputOf(message: AdoptOrderMessage, db: Database, policy: OrderPolicy): Promise<OrderInput> {
  if (message.kind === 'placed') {
    const { order } = message;
    const stale = isStale(order.placed_at, Date.now(), policy);
    return { order, policy, bodyHash: noBodyHash, ...(stale && { stale }) };
  }
  const known = await findOrder(db, message.order_id);
  const { userId, placedAt } = known ?? { userId: unknownUser, placedAt: new Date() };
  return confirmedOrder({ orderId: message.order_id, userId, placedAt }, policy);
}

/** Signals the waiting order that it has an agent. A no-op for an order that has ended: its compensation frees the agent. */
export const agentAssigned =
  (client: Client, log: Log) =>
  async ({ order_id, agent_id, agent_name }: AgentAssignedMessage): Promise<void> => {
    try {
      const handle = client.workflow.getHandle(orderWorkflowId(order_id));
      await client.withDeadline(Date.now() + temporalTimeoutMs, () =>
        handle.signal(agentAssignedSignal, { agent_id, agent_name }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      log.info(
        { event: 'agent-for-ended-order', order_id, agent_id },
        'an agent was found for an order that has ended',
      );
    }
  };
