/** A process of its own: the worker of the bare workflow, with the options of the order worker. */
import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { workerTuning } from '../../../workers/order/bundle';
import { bareActivities } from './activities';
import { bareTaskQueue } from './shape';

async function main(address: string, namespace: string): Promise<void> {
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('WARN') });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: bareTaskQueue,
    workflowsPath: join(__dirname, 'shape.js'),
    activities: bareActivities,
    ...workerTuning,
  });
  process.once('disconnect', () => worker.shutdown()); // the benchmark has ended, however it did
  const running = worker.run();
  process.send?.({ event: 'ready' });
  await running;
  await connection.close();
}

const [address = '', namespace = ''] = process.argv.slice(2);
void main(address, namespace).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
