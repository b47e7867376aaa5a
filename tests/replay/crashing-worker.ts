/**
 * A worker that announces a local activity and then hangs in it, to be killed there. It is compiled alone and runs in a separate process,
 * so it imports nothing from the project. Environment: TEMPORAL_ADDRESS, TASK_QUEUE, WORKFLOW_BUNDLE (a file).
 */
import { NativeConnection, Worker } from '@temporalio/worker';

const { TEMPORAL_ADDRESS, TASK_QUEUE, WORKFLOW_BUNDLE } = process.env;

async function main(): Promise<void> {
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: TEMPORAL_ADDRESS }),
    taskQueue: TASK_QUEUE ?? '',
    workflowBundle: { codePath: WORKFLOW_BUNDLE ?? '' },
    activities: {
      placeOrder: () => new Promise(() => process.stdout.write('inside placeOrder\n')),
    },
    sinks: { orders: { entered: { fn: () => undefined } } }, // not counted
  });
  process.stdout.write('ready\n');
  await worker.run();
}

void main();
