import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { AgentAssignedMessage } from '../../contracts/messages';
import { orderWorkflowId } from '../../contracts/names';
import type { Log } from '../../lib/logging/log';
import { agentAssignedSignal } from '../../workflows/messages';
import { temporalTimeoutMs } from './adopt-order';

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
