import { queues } from '../contracts/names';
import { assignAgentReply, changeDeliveryReply } from '../contracts/messages';
import type {
  AssignAgentMessage,
  AssignAgentReply,
  ChangeDeliveryMessage,
  ChangeDeliveryReply,
} from '../contracts/messages';
import { recordAlong, type Along, type WithProgress } from './along';
import { ask, type AskDeps } from './ask';
import type { OrderRecords } from './orders';

/** All idempotent: each may run any number of times, and an undo may come before the step that it undoes. */
export interface DeliveryActivities {
  assignAgent(message: AssignAgentMessage & WithProgress): Promise<AssignAgentReply & Along>;
  changeDelivery(message: ChangeDeliveryMessage & WithProgress): Promise<ChangeDeliveryReply & Along>;
}

export const createDeliveryActivities = (deps: AskDeps & { records: OrderRecords }): DeliveryActivities => ({
  async assignAgent({ progress, ...message }) {
    const recording = recordAlong(deps.records, progress);
    const reply = await ask(deps, queues.assignAgent, message, assignAgentReply);
    return { ...reply, ...(await recording) };
  },
  async changeDelivery({ progress, ...message }) {
    const reply = await ask(deps, queues.updateDeliveryStatus, message, changeDeliveryReply);
    return reply.outcome === 'refused' ? reply : { ...reply, ...(await recordAlong(deps.records, progress)) };
  },
});
