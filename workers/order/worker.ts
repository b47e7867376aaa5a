import { NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { createDeliveryActivities } from '../../activities/delivery';
import { createOrderActivities } from '../../activities/orders';
import { createRatingActivities } from '../../activities/ratings';
import { adoptOrderMessage, agentAssignedMessage } from '../../contracts/messages';
import { ordersTaskQueue, ourAppId, queues } from '../../contracts/names';
import type { OrderPolicy } from '../../contracts/workflow';
import { openBroker, type Broker } from '../../lib/broker/broker';
import { waitFor } from '../../lib/wait-for';
import type { Running } from '../../lib/lifecycle';
import type { Log } from '../../lib/log';
import { bySchema } from '../../lib/parse';
import { connectTemporal, type Temporal } from '../../lib/temporal/connection';
import { declareTopology } from '../../lib/topology';
import { openDatabase, type Database } from '../../prisma/user/client';
import { findOrder } from '../../prisma/user/orders';
import { adoptOrder } from './adopt-order';
import { agentAssigned } from './agent-assigned';
import { createRecords } from './records';
import { temporalLogger } from './temporal-logger';

export interface OrderWorkerOptions {
  temporalAddress: string;
  namespace: string;
  rabbitmqUrl: string;
  databaseUrl: string;
  poolSize: number;
  /** Where Prometheus finds the metrics, `host:port`; left out: nowhere. */
  metricsAddress?: string | undefined;
  /** The time limits of adopted orders. */
  policy: OrderPolicy;
  workflows: Pick<WorkerOptions, 'workflowBundle'>;
  log: Log;
}

/** Cached workflows spare the replay; a cap keeps memory flat. Some 50 KB each. */
const maxCachedWorkflows = 2_000;
/** Activities under way at SIGTERM get this long; shorter than the process's own drain limit. */
const shutdownGraceTime = '5s';
/** Signals and starts under way at a time, for each queue. */
const prefetch = 20;

/** Starts the Temporal worker that hosts the workflows and the activities, and the consumer that signals waiting orders. */
export async function startOrderWorker(options: OrderWorkerOptions): Promise<Running> {
  const { log, metricsAddress } = options;
  Runtime.install({
    logger: temporalLogger(log),
    shutdownSignals: [],
    ...(metricsAddress && { telemetryOptions: { metrics: { prometheus: { bindAddress: metricsAddress } } } }),
  });
  const db = openDatabase(options.databaseUrl, options.poolSize, log);
  await waitFor('PostgreSQL', () => db.$queryRaw`SELECT 1`, log);
  const temporal = await connectTemporal(options.temporalAddress, options.namespace, log);
  const broker = await openBroker({
    url: options.rabbitmqUrl,
    name: 'worker-order',
    appId: ourAppId,
    topology: declareTopology,
    log,
  });

  const connection = await NativeConnection.connect({ address: options.temporalAddress });
  const { records, ratings } = createRecords(db);
  const worker = await Worker.create({
    connection,
    namespace: options.namespace,
    taskQueue: ordersTaskQueue,
    ...options.workflows,
    activities: {
      ...createOrderActivities({ broker, records }),
      ...createDeliveryActivities({ broker }),
      ...createRatingActivities({ broker, ratings }),
    },
    maxCachedWorkflows,
    shutdownGraceTime,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
  });
  const running = worker.run();
  // A worker that fails (its connection is gone for good, say) ends the process; whoever supervises it starts a new one.
  running.catch((err: unknown) => {
    log.fatal({ event: 'worker-failed', err }, 'the Temporal worker failed');
    process.exit(1);
  });
  await consumeQueues(broker, temporal, db, options);

  return {
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

async function consumeQueues(broker: Broker, temporal: Temporal, db: Database, { policy, log }: OrderWorkerOptions) {
  await broker.consume({
    queue: queues.agentAssigned,
    prefetch,
    parse: bySchema(agentAssignedMessage),
    handle: agentAssigned(temporal.client, log),
  });
  await broker.consume({
    queue: queues.adoptOrder,
    prefetch,
    parse: bySchema(adoptOrderMessage),
    handle: adoptOrder(temporal.client, (orderId) => findOrder(db, orderId), policy),
  });
}
