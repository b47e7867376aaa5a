/** A process of its own: the worker of the bare workflow, with the order worker's tuning. */
import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { workerTuning } from '../../../workers/order/bundle';
import { bareActivities, bareTaskQueue } from './workflow';

async function main(address: string, namespace: string): Promise<void> {
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('WARN') });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: bareTaskQueue,
    workflowsPath: join(__dirname, 'workflow.js'),
    activities: bareActivities,
    ...workerTuning,
  });
  process.once('disconnect', () => worker.shutdown()); // the benchmark has ended
  const running = worker.run();
  process.send?.('ready');
  await running;
  await connection.close();
}

const [address = '', namespace = ''] = process.argv.slice(2);
void main(address, namespace).then(() => process.exit(0));
