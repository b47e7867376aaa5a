import { loadConfig, orderPolicy, schemas } from '../../lib/config/config';
import { withHealth } from '../../lib/process/health-server';
import { runProcess } from '../../lib/process/run-process';
import { createRegistry } from '../../lib/metrics/metrics';
import { serveMetrics } from '../../lib/metrics/server';
import { brokerServer } from '../../lib/broker/platform-broker';
import { isTracing } from '../../lib/tracing/sdk';
import { temporalServer } from '../../lib/temporal/server';
import { createStartupRetry } from '../../lib/process/startup-retry';
import { startOrderWorker } from './worker';
import { loadWorkflows } from './bundle';
import { openCoreMetrics } from './core-metrics';

void runProcess('worker-order', process.env, async (log) => {
  const config = loadConfig(schemas.orderWorker, process.env, log);
  const keys = config.TEMPORAL_PAYLOAD_KEYS;
  const stackTraces = config.WORKFLOW_STACK_TRACES === 'on';
  const registry = createRegistry();
  const core = config.METRICS_PORT === undefined ? undefined : await openCoreMetrics();
  const metrics = await serveMetrics(config, registry, core?.read);
  return withHealth(config, { log, registry }, async () => {
    const worker = await startOrderWorker({
      temporalServer: temporalServer(config),
      namespace: config.TEMPORAL_NAMESPACE,
      brokerServer: brokerServer(config),
      payloadKeys: keys,
      databaseUrl: config.USER_DATABASE_URL,
      databaseCa: config.DATABASE_CA_FILE,
      poolSize: config.DATABASE_POOL_SIZE,
      telemetry: core?.telemetry,
      registry,
      policy: orderPolicy(config),
      buildId: config.WORKER_BUILD_ID,
      workflows: {
        workflowBundle: await loadWorkflows({
          stackTraces,
          encodeFailures: keys?.current !== undefined,
          carryTraces: isTracing(),
        }),
      },
      patience: createStartupRetry(config.START_LIMIT_MS, log),
      log,
    });
    return { ...worker, stop: () => worker.stop().then(metrics.close) };
  });
});
