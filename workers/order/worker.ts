import {
  defaultSinks,
  NativeConnection,
  Runtime,
  Worker,
  type TelemetryOptions,
  type WorkerOptions,
} from '@temporalio/worker';
import type { Registry } from 'prom-client';
import { createDeliveryActivities } from '../../activities/delivery';
import { createOrderActivities } from '../../activities/orders';
import { createRatingActivities } from '../../activities/ratings';
import { adoptOrderMessage, agentAssignedMessage } from '../../contracts/messages';
import { orderLogFields } from '../../contracts/log-fields';
import { ordersDeployment, ordersTaskQueue, queues } from '../../contracts/names';
import type { OrderPolicy } from '../../contracts/workflow';
import type { Broker } from '../../lib/broker/broker';
import { openPlatformBroker, type BrokerServer } from '../../lib/broker/platform-broker';
import { reachDatabase } from '../../lib/postgres/database';
import { required } from '../../lib/process/health';
import type { Dependent } from '../../lib/process/health-server';
import type { Log } from '../../lib/logging/log';
import { parseWith } from '../../lib/broker/parse-body';
import { checkTemporal, connectTemporal, type Temporal } from '../../lib/temporal/connection';
import type { TemporalServer } from '../../lib/temporal/server';
import { dataConverterOf } from '../../lib/temporal/data-converter';
import type { PayloadKeys } from '../../lib/temporal/payload-keys';
import { isTracing } from '../../lib/tracing/sdk';
import { tracingActivities } from '../../lib/temporal/tracing';
import type { StartupRetry } from '../../lib/process/startup-retry';
import { openDatabase, type Database } from '../../prisma/user/client';
import { findOrder } from '../../prisma/user/orders';
import { activityLog } from './activity-log';
import { adoptOrder } from './adopt-order';
import { agentAssigned } from './agent-assigned';
import { orderSinks, watchOrders } from './metrics';
import { createRecords } from './records';
import { temporalLogger } from './temporal-logger';
import { workerTuning } from './tuning';
import { traceSinks } from './workflow-spans';

export interface OrderWorkerOptions {
  temporalServer: TemporalServer;
  namespace: string;
  brokerServer: BrokerServer;
  /** What payloads are encrypted with; left out: not at all. */
  payloadKeys?: PayloadKeys | undefined;
  databaseUrl: string;
  databaseCa?: string | undefined;
  poolSize: number;
  /** What the SDK's core counts, and where it serves that; left out: nothing. */
  telemetry?: TelemetryOptions | undefined;
  registry: Registry;
  /** The time limits of adopted orders. */
  policy: OrderPolicy;
  /** Takes part in worker versioning as this build (ADR 12); without one, as the only worker there is. */
  buildId?: string | undefined;
  workflows: Pick<WorkerOptions, 'workflowBundle'>;
  patience: StartupRetry;
  log: Log;
}

/** Activities under way at SIGTERM get this long; shorter than the process's own drain limit. */
const shutdownGraceTime = '5s';
/** Signals and starts under way at a time, for each queue. */
const prefetch = 20;

/** Starts the Temporal worker that hosts the workflows and the activities, and the consumer that signals waiting orders. */
export async function startOrderWorker(options: OrderWorkerOptions): Promise<Dependent> {
  const { log, patience, registry, telemetry = {} } = options;
  const logger = temporalLogger(log);
  // Forwarded is what the native part has to say, too; it would write it beside the log.
  Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { ...telemetry, logging: { forward: {} } } });
  const db = openDatabase(options.databaseUrl, options.poolSize, log, { ca: options.databaseCa, registry });
  const checkDatabase = await reachDatabase(db, options.databaseUrl, patience);
  const dataConverter = dataConverterOf(options.payloadKeys);
  const temporal = await connectTemporal(options.temporalServer, options.namespace, patience, dataConverter);
  const broker = await openPlatformBroker({ ...options.brokerServer, name: 'worker-order', patience, log, registry });
  watchOrders(registry, temporal);

  const connection = await NativeConnection.connect(options.temporalServer);
  const { records, ratings } = createRecords(db);
  const worker = await Worker.create({
    connection,
    namespace: options.namespace,
    taskQueue: ordersTaskQueue,
    dataConverter,
    ...options.workflows,
    ...asBuild(options.buildId),
    activities: {
      ...createOrderActivities({ broker, records }),
      ...createDeliveryActivities({ broker, records }),
      ...createRatingActivities({ broker, ratings }),
    },
    interceptors: { activity: [...(isTracing() ? [tracingActivities] : []), activityLog] },
    // The log's way over the native part, to sort its lines among those of workflows, costs them 100 ms.
    sinks: { ...defaultSinks(logger), ...orderSinks(registry), ...(isTracing() && traceSinks()) },
    ...workerTuning,
    shutdownGraceTime,
  });
  await consumeQueues(broker, temporal, db, options);
  const running = worker.run();
  // A worker that fails (its connection is gone for good, say) ends the process; whoever supervises it starts a new one.
  running.catch((err: unknown) => {
    log.fatal({ event: 'worker-failed', err }, 'the Temporal worker failed');
    process.exit(1);
  });

  return {
    dependencies: {
      postgresql: required(checkDatabase),
      rabbitmq: required(() => broker.check()),
      temporal: required(() => checkTemporal(temporal)),
      worker: required(async () => isRunning(worker)),
    },
    async stop() {
      worker.shutdown();
      await running;
      await broker.close();
      await connection.close();
      await temporal.close();
      await db.$disconnect();
    },
  };
}

/** Orders under way go over to the build that is current, so that no old build has to be kept for them. */
const asBuild = (buildId: string | undefined): Pick<WorkerOptions, 'workerDeploymentOptions'> =>
  buildId === undefined
    ? {}
    : {
        workerDeploymentOptions: {
          version: { deploymentName: ordersDeployment, buildId },
          useWorkerVersioning: true,
          defaultVersioningBehavior: 'AUTO_UPGRADE',
        },
      };

/** Throws when it takes no tasks. */
function isRunning(worker: Worker): void {
  const state = worker.getState();
  if (state !== 'RUNNING') throw new Error(`the Temporal worker is ${state}`);
}

async function consumeQueues(broker: Broker, temporal: Temporal, db: Database, { policy, log }: OrderWorkerOptions) {
  await broker.consume({
    queue: queues.agentAssigned,
    prefetch,
    parse: parseWith(agentAssignedMessage),
    logFields: ({ order_id }) => orderLogFields(order_id),
    handle: agentAssigned(temporal.client, log),
  });
  await broker.consume({
    queue: queues.adoptOrder,
    prefetch,
    parse: parseWith(adoptOrderMessage),
    logFields: (message) => orderLogFields(message.kind === 'placed' ? message.order.order_id : message.order_id),
    handle: adoptOrder(temporal.client, (orderId) => findOrder(db, orderId), policy),
  });
}
