/** The stack trace of a waiting workflow is shown only if the worker is configured to. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { orderWorkflowId, placementUpdateId } from '../../../contracts/names';
import { loadWorkflows } from '../../../workers/order/bundle';
import { orderSinks } from '../../../workers/order/metrics';
import { orderWorkflow } from '../../../workflows';
import { placeUpdate } from '../../../workflows/messages';
import { anOrderInput } from '../../fixtures/orders';
import { stubServices, temporalAddress } from '../../fixtures/workflows';

const codePath = path.resolve(__dirname, '../../../dist/workflow-bundle.js');

beforeAll(() => void Runtime.install({ logger: new DefaultLogger('ERROR') }));

test.each([
  { stackTraces: true, shown: /awaitDecisions/ },
  { stackTraces: false, shown: /^Error$/ }, // without a stack
])(
  'a worker with stackTraces $stackTraces shows "$shown" for an order that waits for its restaurant',
  async (option) => {
    const connection = await Connection.connect({ address: temporalAddress });
    const native = await NativeConnection.connect({ address: temporalAddress });
    const taskQueue = `test-${randomUUID()}`;
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: await loadWorkflows({ ...option, encodeFailures: false, carryTraces: false, codePath }),
      activities: stubServices(),
      sinks: orderSinks(),
    });
    const client = new Client({ connection });
    await worker.runUntil(async () => {
      const input = anOrderInput();
      const workflowId = orderWorkflowId(input.order.order_id);
      await client.workflow.executeUpdateWithStart(placeUpdate, {
        updateId: placementUpdateId,
        startWorkflowOperation: new WithStartWorkflowOperation(orderWorkflow, {
          workflowId,
          taskQueue,
          args: [input],
          workflowIdConflictPolicy: 'FAIL',
        }),
      });
      const handle = client.workflow.getHandle(workflowId);
      expect((await handle.query<string>('__stack_trace')).trim()).toMatch(option.shown);
      await handle.terminate();
    });
    await native.close();
    await connection.close();
  },
);
