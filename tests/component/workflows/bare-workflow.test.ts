/** The bare workflow that orders are measured against (`npm run bench`) never changes. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { bareActivities, bareUpdate, bareWorkflow } from '../../../tools/bench/baseline/workflow';
import { temporalAddress } from '../../fixtures/workflows';

const logger = new DefaultLogger('ERROR');
beforeAll(() => void Runtime.install({ logger }));

/** How many events of a kind one bare workflow leaves. */
async function eventsOf(shape: 'local' | 'regular'): Promise<Record<string, number>> {
  const connection = await Connection.connect({ address: temporalAddress });
  const native = await NativeConnection.connect({ address: temporalAddress });
  const taskQueue = `test-${randomUUID()}`;
  const workflowsPath = path.resolve(__dirname, '../../../tools/bench/baseline/workflow.ts');
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
  const worker = await Worker.create({ connection: native, taskQueue, workflowBundle, activities: bareActivities });
  const { workflow } = new Client({ connection });
  const workflowId = `bare-${randomUUID()}`;
  const history = await worker.runUntil(async () => {
    const startWorkflowOperation = new WithStartWorkflowOperation(bareWorkflow, {
      workflowId,
      taskQueue,
      args: [shape],
      workflowIdConflictPolicy: 'FAIL',
    });
    await workflow.executeUpdateWithStart(bareUpdate, { startWorkflowOperation });
    const handle = workflow.getHandle(workflowId);
    for (let step = 0; step < 3; step++) await handle.executeUpdate(bareUpdate);
    await handle.result();
    return handle.fetchHistory();
  });
  await native.close();
  await connection.close();
  const counts: Record<string, number> = {};
  for (const { eventType } of history.events ?? []) {
    const name = temporal.api.enums.v1.EventType[eventType ?? 0]?.replace('EVENT_TYPE_', '') ?? '';
    if (!name.startsWith('WORKFLOW_TASK')) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const always = {
  WORKFLOW_EXECUTION_STARTED: 1,
  WORKFLOW_EXECUTION_UPDATE_ACCEPTED: 4,
  WORKFLOW_EXECUTION_UPDATE_COMPLETED: 4,
  TIMER_STARTED: 1,
  WORKFLOW_EXECUTION_COMPLETED: 1,
};

test('the bare workflow has four updates, the first with its start, four local activities, a timer, and nothing else', async () => {
  expect(await eventsOf('local')).toEqual({ ...always, MARKER_RECORDED: 4 });
});

test('the bare workflow with regular activities has four of those instead', async () => {
  expect(await eventsOf('regular')).toEqual({
    ...always,
    ACTIVITY_TASK_SCHEDULED: 4,
    ACTIVITY_TASK_STARTED: 4,
    ACTIVITY_TASK_COMPLETED: 4,
  });
});
