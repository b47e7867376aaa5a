import { assignAgentReply, changeDeliveryReply } from '../contracts/messages';
import type { AssignAgentMessage, AssignAgentReply, ChangeDeliveryMessage } from '../contracts/messages';
import { queues } from '../contracts/names';
import { logged, type LogEntry } from '../contracts/order-log';
import type { OrderProgress } from '../contracts/workflow';
import { appendInStep, recordProgressInStep, type OrderRecords } from './orders';
import { requestReply, type RequestDeps } from './request';

/** A search for an agent. With `progress` the customer's record and log get it with the outcome; `search` counts the order's searches. */
export interface AgentSearch extends AssignAgentMessage {
  progress?: OrderProgress;
  search?: number;
}

/** `recorded`: whether the customer's record and log have this outcome. */
export type SearchReply = AssignAgentReply & { recorded?: boolean };

/** `log`: the order's log as it is once the change is made. */
type LoggedChange = ChangeDeliveryMessage & { log?: readonly LogEntry[] };

/** All idempotent: each may run any number of times, and a compensation may precede the step that it undoes. */
export const createDeliveryActivities = (deps: RequestDeps & { records: OrderRecords }) => ({
  /** Asks for an agent. */
  async assignAgent({ progress, search = 0, ...message }: AgentSearch): Promise<SearchReply> {
    const reply = await requestReply(deps, queues.assignAgent, message, assignAgentReply);
    return { ...reply, ...(await recordProgressInStep(deps.records, withOutcome(progress, reply, search))) };
  },
  async changeDelivery({ log, ...change }: LoggedChange) {
    const reply = await requestReply(deps, queues.updateDeliveryStatus, change, changeDeliveryReply);
    if (log && reply.outcome !== 'refused') await appendInStep(deps.records, change.order_id, log);
    return reply;
  },
});

/** The progress with what the search has found, as the workflow will log it. */
export function withOutcome(
  progress: OrderProgress | undefined,
  reply: AssignAgentReply,
  search: number,
): OrderProgress | undefined {
  if (!progress || reply.outcome === 'closed') return progress;
  const at = new Date().toISOString();
  const entry =
    reply.outcome === 'queued'
      ? logged.agentSearched(at, search)
      : logged.agentAssigned(at, { agent_id: reply.agent_id, agent_name: reply.agent_name });
  return { ...progress, log: [...(progress.log ?? []), entry] };
}
