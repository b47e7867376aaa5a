import { queues } from '../contracts/names';
import { assignAgentReply, changeDeliveryReply } from '../contracts/messages';
import type {
  AssignAgentMessage,
  AssignAgentReply,
  ChangeDeliveryMessage,
  ChangeDeliveryReply,
} from '../contracts/messages';
import { ask, type AskDeps } from './ask';

/** All idempotent: each may run any number of times, and an undo may come before the step that it undoes. */
export interface DeliveryActivities {
  assignAgent(message: AssignAgentMessage): Promise<AssignAgentReply>;
  changeDelivery(message: ChangeDeliveryMessage): Promise<ChangeDeliveryReply>;
}

export const createDeliveryActivities = (deps: AskDeps): DeliveryActivities => ({
  assignAgent: (message) => ask(deps, queues.assignAgent, message, assignAgentReply),
  changeDelivery: (message) => ask(deps, queues.updateDeliveryStatus, message, changeDeliveryReply),
});
