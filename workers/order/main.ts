import { loadConfig, orderPolicy, schemas } from '../../lib/config';
import { withHealth } from '../../lib/health-server';
import { runProcess } from '../../lib/lifecycle';
import { brokerServer } from '../../lib/our-broker';
import { isTracing } from '../../lib/start-tracing';
import { temporalServer } from '../../lib/temporal/server';
import { createPatience } from '../../lib/wait-for';
import { startOrderWorker } from './worker';
import { loadWorkflows } from './bundle';

void runProcess('worker-order', process.env, (log) => {
  const config = loadConfig(schemas.orderWorker, process.env, log);
  const keys = config.TEMPORAL_PAYLOAD_KEYS;
  const stackTraces = config.WORKFLOW_STACK_TRACES === 'on';
  return withHealth(config, log, async () =>
    startOrderWorker({
      temporalServer: temporalServer(config),
      namespace: config.TEMPORAL_NAMESPACE,
      brokerServer: brokerServer(config),
      payloadKeys: keys,
      databaseUrl: config.USER_DATABASE_URL,
      databaseCa: config.DATABASE_CA_FILE,
      poolSize: config.DATABASE_POOL_SIZE,
      metricsAddress: config.METRICS_ADDRESS,
      policy: orderPolicy(config),
      buildId: config.WORKER_BUILD_ID,
      workflows: {
        workflowBundle: await loadWorkflows({
          stackTraces,
          encodeFailures: keys?.current !== undefined,
          carryTraces: isTracing(),
        }),
      },
      patience: createPatience(config.START_LIMIT_MS, log),
      log,
    }),
  );
});
