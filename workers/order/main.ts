import { loadConfig, orderPolicy, schemas } from '../../lib/config';
import { withHealth } from '../../lib/health-server';
import { runProcess } from '../../lib/lifecycle';
import { createPatience } from '../../lib/wait-for';
import { startOrderWorker } from './worker';
import { loadWorkflows } from './bundle';

void runProcess('worker-order', process.env, (log) => {
  const config = loadConfig(schemas.orderWorker, process.env);
  const keys = config.TEMPORAL_PAYLOAD_KEYS;
  const stackTraces = config.WORKFLOW_STACK_TRACES === 'on';
  return withHealth(config, log, async () =>
    startOrderWorker({
      temporalAddress: config.TEMPORAL_ADDRESS,
      namespace: config.TEMPORAL_NAMESPACE,
      payloadKeys: keys,
      rabbitmqUrl: config.RABBITMQ_URL,
      databaseUrl: config.USER_DATABASE_URL,
      poolSize: config.DATABASE_POOL_SIZE,
      metricsAddress: config.METRICS_ADDRESS,
      policy: orderPolicy(config),
      buildId: config.WORKER_BUILD_ID,
      workflows: { workflowBundle: await loadWorkflows({ stackTraces, encodeFailures: keys?.current !== undefined }) },
      patience: createPatience(config.START_LIMIT_MS, log),
      log,
    }),
  );
});
