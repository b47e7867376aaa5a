import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { AgentAssignedMessage } from '../../contracts/messages';
import { orderWorkflowId } from '../../contracts/names';
import type { Log } from '../../lib/logging/log';
import { agentAssignedSignal } from '../../workflows/messages';
import { temporalWaitMs } from './adopt-order';

/** Tells the waiting order about its agent. An order that has ended meanwhile needs no telling: its undo frees the agent. */
export const agentAssigned =
  (client: Client, log: Log) =>
  async ({ order_id, agent_id, agent_name }: AgentAssignedMessage): Promise<void> => {
    try {
      const handle = client.workflow.getHandle(orderWorkflowId(order_id));
      await client.withDeadline(Date.now() + temporalWaitMs, () =>
        handle.signal(agentAssignedSignal, { agent_id, agent_name }),
      );
    } catch (err) {
      if (!(err instanceof WorkflowNotFoundError)) throw err;
      log.info(
        { event: 'agent-for-ended-order', order_id, agent_id },
        'an agent was found for an order that has ended',
      );
    }
  };
