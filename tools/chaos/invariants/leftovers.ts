import { ratingWorkflowId } from '../../../contracts/names';
import type { Run } from '../evidence/evidence';
import { notEmpty } from '../evidence/queues';
import type { Case, Invariant, Offence } from './case';

export const leftovers: Invariant = {
  number: 6,
  title:
    'the queues are empty, dead letters are the malformed messages alone, no workflow has failed, is stuck, or does not replay',
  offences: ({ evidence, poison }: Case): Offence[] => [
    ...notEmpty(evidence.queues).map(({ name, messages }) => ({
      what: `${name} has ${messages ?? 'an unknown number of'} messages`,
    })),
    ...evidence.deadLetters
      .filter(({ id, queue }) => !poison.some((sent) => sent.id === id && sent.queue === queue))
      .map(({ id, queue, reason }) => ({ what: `${queue} has a dead letter ${id} that nobody spoilt: ${reason}` })),
    ...poison
      .filter(({ id, confirmed }) => confirmed && !evidence.deadLetters.some((letter) => letter.id === id))
      .map(({ id, queue }) => ({ what: `the malformed message ${id} is not among the dead letters of ${queue}` })),
    ...evidence.notReplayed.map((run) => ({
      ...orderOf(run),
      what: `${run.workflowId} does not replay: ${run.error}`,
    })),
    ...evidence.runs.flatMap((run) => judgeRun(run).map((what) => ({ ...orderOf(run), what }))),
  ],
};

function judgeRun({ workflowId, status, failingTask }: Run): string[] {
  const isRating = workflowId.startsWith(ratingWorkflowId(''));
  return [
    ...(['RUNNING', 'COMPLETED'].includes(status) ? [] : [`${workflowId} is ${status}`]),
    ...(isRating && status === 'RUNNING' ? [`${workflowId} has not ended`] : []),
    ...(failingTask > 0 ? [`a workflow task of ${workflowId} has failed ${failingTask} times`] : []),
  ];
}

const orderOf = ({ workflowId }: Pick<Run, 'workflowId'>): { orderId: string } => ({
  orderId: workflowId.replace(/^[a-z]+-/, ''),
});
