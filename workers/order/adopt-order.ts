import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { AdoptOrderMessage } from '../../contracts/messages';
import { workflowTypes } from '../../contracts/names';
import type { OrderInput, OrderPolicy } from '../../contracts/workflow';
import { confirmedOrder, noBodyHash, orderStart, unknownUser } from '../../workflows/start';

export interface KnownOrder {
  userId: string;
  placedAt: Date;
}

/** A frozen Temporal must not occupy the prefetch: the message is retried. */
export const temporalTimeoutMs = 5_000;

type FindOrder = (orderId: string) => Promise<KnownOrder | null>;

/**
 * Starts the workflow of an order that arrived from the old platform.
 * Idempotent: a no-op for an order that has, or had, a workflow.
 */
export const adoptOrder =
  (client: Client, findOrder: FindOrder, policy: OrderPolicy) =>
  async (message: AdoptOrderMessage): Promise<void> => {
    try {
      const start = orderStart(await inputOf(message, findOrder, policy));
      await client.withDeadline(Date.now() + temporalTimeoutMs, () =>
        client.workflow.start(workflowTypes.order, { ...start, workflowIdConflictPolicy: 'FAIL' }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };

async function inputOf(message: AdoptOrderMessage, findOrder: FindOrder, policy: OrderPolicy): Promise<OrderInput> {
  if (message.kind === 'placed') return { order: message.order, policy, bodyHash: noBodyHash };
  const known = await findOrder(message.order_id);
  const { userId, placedAt } = known ?? { userId: unknownUser, placedAt: new Date() };
  return confirmedOrder({ orderId: message.order_id, userId, placedAt }, policy);
}
