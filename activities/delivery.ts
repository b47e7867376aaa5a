import { assignAgentReply, changeDeliveryReply } from '../contracts/messages';
import type { AssignAgentMessage, ChangeDeliveryMessage } from '../contracts/messages';
import { queues } from '../contracts/names';
import type { OrderProgress } from '../contracts/workflow';
import { recordProgressInStep, type OrderRecords } from './orders';
import { requestReply, type RequestDeps } from './request';

/** All idempotent: each may run any number of times, and a compensation may precede the step that it undoes. */
export const createDeliveryActivities = (deps: RequestDeps & { records: OrderRecords }) => ({
  /** Asks for an agent. With `progress` the customer's record is updated in the same activity. */
  async assignAgent({ progress, ...message }: AssignAgentMessage & { progress?: OrderProgress | undefined }) {
    const recording = recordProgressInStep(deps.records, progress);
    const reply = await requestReply(deps, queues.assignAgent, message, assignAgentReply);
    return { ...reply, ...(await recording) };
  },
  changeDelivery: (change: ChangeDeliveryMessage) =>
    requestReply(deps, queues.updateDeliveryStatus, change, changeDeliveryReply),
});
