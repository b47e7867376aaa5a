import { createHash } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { AdoptOrderMessage } from '../../contracts/messages';
import { workflowTypes } from '../../contracts/names';
import type { OrderInput, OrderPolicy } from '../../contracts/workflow';
import { orderStart } from '../../workflows/start';

export interface KnownOrder {
  userId: string;
  placedAt: Date;
}

/** The user of an order that only its old restaurant knows. */
const unknownUser = '00000000-0000-0000-0000-000000000000';

/**
 * Starts the workflow of an order that an old program has brought; from there it is an order like any other.
 * Idempotent: an order that has, or had, its workflow is left alone.
 */
export const adoptOrder =
  (client: Client, findOrder: (orderId: string) => Promise<KnownOrder | null>, policy: OrderPolicy) =>
  async (message: AdoptOrderMessage): Promise<void> => {
    const input = message.kind === 'placed' ? placed(message.order) : await confirmed(message.order_id);
    try {
      await client.workflow.start(workflowTypes.order, {
        ...orderStart({ ...input, policy }),
        workflowIdConflictPolicy: 'FAIL',
      });
    } catch (err) {
      if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
    }

    function placed(order: OrderInput['order']): Omit<OrderInput, 'policy'> {
      return { order, bodyHash: createHash('sha256').update(JSON.stringify(order)).digest('hex') };
    }

    async function confirmed(orderId: string): Promise<Omit<OrderInput, 'policy'>> {
      const known = await findOrder(orderId);
      const order = {
        order_id: orderId,
        user_id: known?.userId ?? unknownUser,
        placed_at: (known?.placedAt ?? new Date()).toISOString(),
        status: 'PENDING' as const,
        restaurants: [],
      };
      return { ...placed(order), stage: 'confirmed' };
    }
  };
