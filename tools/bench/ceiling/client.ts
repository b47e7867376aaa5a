/** A process of its own: starts bare workflows and sends them their updates, as an API does for orders. */
import { randomUUID } from 'node:crypto';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { closedLoop } from '../load/closed-loop';
import { messageOf, type Timings } from '../load/job';
import type { CeilingReply, CeilingRequest } from './messages';
import { bareTaskQueue, bareUpdate, bareWorkflowType, type bareWorkflow, type Shape } from './shape';

const tell = (reply: CeilingReply): void => void process.send?.(reply);
/** Of so many workflows the ids are kept, for a look at their histories. */
const idsKept = 20;

async function main(address: string, namespace: string): Promise<void> {
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  process.once('disconnect', () => process.exit(0));
  process.on('message', (message) => {
    const { shape, ...loop } = message as CeilingRequest;
    const lastIds: string[] = [];
    const job = async (): Promise<Timings> => {
      const { id, timings } = await runBare(client, shape);
      lastIds.push(id);
      if (lastIds.length > idsKept) lastIds.shift();
      return timings;
    };
    closedLoop(job, loop, { opened: () => tell({ event: 'opened' }), closed: () => tell({ event: 'closed' }) }).then(
      (result) => tell({ event: 'result', result, lastIds }),
      (error: unknown) => tell({ event: 'failed', message: messageOf(error) }),
    );
  });
  tell({ event: 'ready' });
}

async function runBare({ workflow }: Client, shape: Shape): Promise<{ id: string; timings: Timings }> {
  const id = `ceiling-${shape}-${randomUUID()}`;
  const begun = performance.now();
  const start = new WithStartWorkflowOperation<typeof bareWorkflow>(bareWorkflowType, {
    workflowId: id,
    taskQueue: bareTaskQueue,
    args: [shape],
    workflowIdConflictPolicy: 'FAIL',
  });
  await workflow.executeUpdateWithStart(bareUpdate, { startWorkflowOperation: start });
  const placed = performance.now();
  const handle = workflow.getHandle(id);
  for (let update = 0; update < 3; update += 1) await handle.executeUpdate(bareUpdate);
  const ended = performance.now();
  return { id, timings: { place: placed - begun, update: (ended - placed) / 3, whole: ended - begun } };
}

const [address = '', namespace = ''] = process.argv.slice(2);
main(address, namespace).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
