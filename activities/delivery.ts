import { queues } from '../contracts/names';
import { assignAgentReply, changeDeliveryReply } from '../contracts/messages';
import type {
  AssignAgentMessage,
  AssignAgentReply,
  ChangeDeliveryMessage,
  ChangeDeliveryReply,
} from '../contracts/messages';
import { recordProgressInStep, type ProgressResult, type WithProgress } from './order-progress';
import { requestReply, type RequestDeps } from './request';
import type { OrderRecords } from './orders';

/** All idempotent: each may run any number of times, and a compensation may precede the step that it undoes. */
export interface DeliveryActivities {
  assignAgent(message: AssignAgentMessage & WithProgress): Promise<AssignAgentReply & ProgressResult>;
  changeDelivery(message: ChangeDeliveryMessage & WithProgress): Promise<ChangeDeliveryReply & ProgressResult>;
}

export const createDeliveryActivities = (deps: RequestDeps & { records: OrderRecords }): DeliveryActivities => ({
  async assignAgent({ progress, ...message }) {
    const recording = recordProgressInStep(deps.records, progress);
    const reply = await requestReply(deps, queues.assignAgent, message, assignAgentReply);
    return { ...reply, ...(await recording) };
  },
  async changeDelivery({ progress, ...message }) {
    const reply = await requestReply(deps, queues.updateDeliveryStatus, message, changeDeliveryReply);
    return reply.outcome === 'refused' ? reply : { ...reply, ...(await recordProgressInStep(deps.records, progress)) };
  },
});
