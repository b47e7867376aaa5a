import { assignAgentReply, changeDeliveryReply } from '../contracts/messages';
import type { AssignAgentMessage, ChangeDeliveryMessage } from '../contracts/messages';
import { queues } from '../contracts/names';
import { recordProgressInStep, type OrderRecords, type WithProgress } from './orders';
import { requestReply, type RequestDeps } from './request';

/** All idempotent: each may run any number of times, and a compensation may precede the step that it undoes. */
export const createDeliveryActivities = (deps: RequestDeps & { records: OrderRecords }) => ({
  async assignAgent({ progress, ...message }: AssignAgentMessage & WithProgress) {
    const recording = recordProgressInStep(deps.records, progress);
    const reply = await requestReply(deps, queues.assignAgent, message, assignAgentReply);
    return { ...reply, ...(await recording) };
  },
  async changeDelivery({ progress, ...message }: ChangeDeliveryMessage & WithProgress) {
    const reply = await requestReply(deps, queues.updateDeliveryStatus, message, changeDeliveryReply);
    return { ...reply, ...(reply.outcome !== 'refused' && (await recordProgressInStep(deps.records, progress))) };
  },
});

export type DeliveryActivities = ReturnType<typeof createDeliveryActivities>;
