import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { AdoptOrderMessage } from '../../contracts/messages';
import { workflowTypes } from '../../contracts/names';
import type { OrderPolicy } from '../../contracts/policy';
import type { OrderInput } from '../../contracts/workflow';
import type { Database } from '../../prisma/user/client';
import { findOrder } from '../../prisma/user/orders';
import { confirmedOrder, noBodyHash, orderStart, unknownUser } from '../../workflows/start';

/** A frozen Temporal must not occupy the prefetch: the message is retried. */
export const temporalTimeoutMs = 5_000;

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
  if (message.kind === 'placed') return { order: message.order, policy, bodyHash: noBodyHash };
  const known = await findOrder(db, message.order_id);
  const { userId, placedAt } = known ?? { userId: unknownUser, placedAt: new Date() };
  return confirmedOrder({ orderId: message.order_id, userId, placedAt }, policy);
}
