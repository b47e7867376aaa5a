import { createHash } from 'node:crypto';
import { defaultSinks, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import type { z } from 'zod';
import { createActivities } from '../../activities';
import type { OrderRecords } from '../../activities/orders';
import type { RatingRecords } from '../../activities/ratings';
import { ordersDeployment, ordersTaskQueue } from '../../contracts/names';
import type { Broker } from '../../lib/broker/broker';
import type { schemas } from '../../lib/config/config';
import type { Service } from '../../lib/process/service';
import { temporalServer } from '../../lib/temporal/connection';
import { dataConverterOf } from '../../lib/temporal/payload-codec';
import { tracingActivities } from '../../lib/temporal/tracing';
import { isTracing } from '../../lib/tracing/sdk';
import type { Database } from '../../prisma/user/client';
import { appendEvents } from '../../prisma/user/order-events';
import { recordOrder, recordProgress } from '../../prisma/user/orders';
import { storeRating } from '../../prisma/user/ratings';
import { loadWorkflows, workerTuning } from './bundle';
import { openCoreMetrics, orderSinks } from './metrics';
import { activityLog, temporalLogger } from './temporal-logger';
import { traceSinks } from './workflow-spans';

type OrderService = Service<z.infer<typeof schemas.orderWorker>>;

/** How long activities in flight may take after SIGTERM; shorter than the process's drain limit. */
const shutdownGraceTime = '5s';

/** Sets up the SDK's core: its log, and its metrics where there is a metrics port. */
export async function installRuntime({ config, log, addMetrics }: OrderService): Promise<void> {
  const core = config.METRICS_PORT === undefined ? undefined : await openCoreMetrics();
  if (core) addMetrics(core.read);
  // Without `forward` the native part would write its lines past the log.
  const telemetryOptions = { ...core?.telemetry, logging: { forward: {} } };
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: [], telemetryOptions });
}

/** Creates the Temporal worker for the workflows and activities. It takes tasks from `run` to the service's shutdown. */
export async function startTemporalWorker(service: OrderService, { db, broker }: { db: Database; broker: Broker }) {
  const { config, log, registry } = service;
  const keys = config.TEMPORAL_PAYLOAD_KEYS;
  const connection = await NativeConnection.connect(temporalServer(config));
  const { records, ratings } = createRecords(db);
  const workflowBundle = await loadWorkflows({
    stackTraces: config.WORKFLOW_STACK_TRACES === 'on',
    encodeFailures: keys?.current !== undefined,
    carryTraces: isTracing(),
  });
  const worker = await Worker.create({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: ordersTaskQueue,
    dataConverter: dataConverterOf(keys),
    workflowBundle,
    ...versioning(config.WORKER_BUILD_ID, workflowBundle.code),
    activities: createActivities({ broker, records, ratings }),
    interceptors: { activity: [...(isTracing() ? [tracingActivities] : []), activityLog] },
    // These sinks log directly: through the native part, which sorts its lines among theirs, they would be 100 ms late.
    sinks: { ...defaultSinks(temporalLogger(log)), ...orderSinks(registry), ...(isTracing() && traceSinks()) },
    ...workerTuning,
    shutdownGraceTime,
  });
  service.requires('worker', async () => {
    if (worker.getState() !== 'RUNNING') throw new Error(`the Temporal worker is ${worker.getState()}`);
  });

  return {
    run(): void {
      const running = worker.run();
      // A failed worker (its connection is lost for good, for example) ends the process; its supervisor starts a new one.
      running.catch((error: unknown) => {
        log.fatal({ event: 'worker-failed', err: error }, 'the Temporal worker failed');
        process.exit(1);
      });
      service.onStop(() => connection.close());
      service.onStop(async () => {
        worker.shutdown();
        await running;
      });
    },
  };
}

/**
 * With a build id the worker takes part in worker versioning (ADR 12): running orders move to the current build, so no old build has to be
 * kept. Without one its workflows' code names it, in a few characters: an order's history names the build eight times.
 */
const versioning = (buildId: string | undefined, code: string): Pick<WorkerOptions, 'workerDeploymentOptions'> => ({
  workerDeploymentOptions:
    buildId === undefined
      ? { version: version(createHash('sha256').update(code).digest('hex').slice(0, 8)), useWorkerVersioning: false }
      : { version: version(buildId), useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' },
});

const version = (buildId: string) => ({ deploymentName: ordersDeployment, buildId });

/** Implements the activities' records in the user service's database. */
export const createRecords = (db: Database): { records: OrderRecords; ratings: RatingRecords } => ({
  records: {
    record: (order) => recordOrder(db, order),
    progress: (progress) => recordProgress(db, progress),
    append: (orderId, log) => appendEvents(db, orderId, log),
  },
  ratings: { store: (rating) => storeRating(db, rating) },
});
