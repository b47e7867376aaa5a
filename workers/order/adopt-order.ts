import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { AdoptOrderMessage } from '../../contracts/messages';
import { workflowTypes } from '../../contracts/names';
import type { OrderInput, OrderPolicy } from '../../contracts/workflow';
import { confirmedOrder, noBodyHash, orderStart, unknownUser } from '../../workflows/start';

export interface KnownOrder {
  userId: string;
  placedAt: Date;
}

/** A frozen Temporal must not hold the queue's places: the message is tried again. */
export const temporalWaitMs = 5_000;

type FindOrder = (orderId: string) => Promise<KnownOrder | null>;

/**
 * Starts the workflow of an order that an old program has brought; from there it is an order like any other.
 * Idempotent: an order that has, or had, its workflow is left alone.
 */
export const adoptOrder =
  (client: Client, findOrder: FindOrder, policy: OrderPolicy) =>
  async (message: AdoptOrderMessage): Promise<void> => {
    try {
      const start = orderStart(await inputOf(message, findOrder, policy));
      await client.withDeadline(Date.now() + temporalWaitMs, () =>
        client.workflow.start(workflowTypes.order, { ...start, workflowIdConflictPolicy: 'FAIL' }),
      );
    } catch (err) {
      if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
    }
  };

async function inputOf(message: AdoptOrderMessage, findOrder: FindOrder, policy: OrderPolicy): Promise<OrderInput> {
  if (message.kind === 'placed') return { order: message.order, policy, bodyHash: noBodyHash };
  const known = await findOrder(message.order_id);
  const { userId, placedAt } = known ?? { userId: unknownUser, placedAt: new Date() };
  return confirmedOrder({ orderId: message.order_id, userId, placedAt }, policy);
}
