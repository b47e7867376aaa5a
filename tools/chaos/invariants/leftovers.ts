import { deadQueue, queues, ratingWorkflowId } from '../../../contracts/names';
import type { Evidence } from '../evidence/evidence';
import type { Invariant } from './case';

export const leftovers: Invariant = {
  title:
    'queues are empty, dead letters are the malformed messages alone; no workflow has failed, is stuck, or does not replay',
  *check({ evidence, poison }) {
    for (const what of waitingMessages(evidence.queues)) yield { what };
    for (const { id, queue, reason } of evidence.deadLetters) {
      const isPoison = poison.some((sent) => sent.id === id && sent.queue === queue);
      if (!isPoison) yield { what: `${queue} has dead-lettered ${id}, which was sound: ${reason}` };
    }
    for (const { id, queue, confirmed } of poison) {
      const isDeadLetter = evidence.deadLetters.some((letter) => letter.id === id);
      if (confirmed && !isDeadLetter) yield { what: `the malformed ${id} is not among the dead letters of ${queue}` };
    }
    for (const { workflowId, error } of evidence.replayFailures)
      yield { orderId: orderIdOf(workflowId), what: `${workflowId} does not replay: ${error}` };
    for (const { workflowId, status, failedAttempts } of evidence.runs) {
      const orderId = orderIdOf(workflowId);
      const expected = workflowId === ratingWorkflowId(orderId) ? ['COMPLETED'] : ['COMPLETED', 'RUNNING'];
      if (!expected.includes(status)) yield { orderId, what: `${workflowId} is ${status}` };
      if (failedAttempts > 0)
        yield { orderId, what: `a workflow task of ${workflowId} has failed ${failedAttempts} times` };
    }
  },
};

const orderIdOf = (workflowId: string): string => workflowId.replace(/^[a-z]+-/, '');

const deadQueues = new Set<string>(Object.values(queues).map(deadQueue));

/** A line for each queue that should be empty and is not: unread, waiting for a retry, or held by a consumer. */
export const waitingMessages = (found: Evidence['queues']): string[] =>
  found
    .filter(({ name, messages }) => messages !== 0 && !deadQueues.has(name))
    .map(({ name, messages }) => `${name} has ${messages ?? 'an unknown number of'} messages`);
