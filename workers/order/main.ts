import { loadConfig, orderPolicy, schemas } from '../../lib/config';
import { runProcess } from '../../lib/lifecycle';
import { startOrderWorker } from './worker';
import { workflowBundlePath } from './bundle';

void runProcess('worker-order', process.env, (log) => {
  const config = loadConfig(schemas.orderWorker, process.env);
  return startOrderWorker({
    temporalAddress: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
    rabbitmqUrl: config.RABBITMQ_URL,
    databaseUrl: config.USER_DATABASE_URL,
    poolSize: config.DATABASE_POOL_SIZE,
    metricsAddress: config.METRICS_ADDRESS,
    policy: orderPolicy(config),
    workflows: { workflowBundle: { codePath: workflowBundlePath } },
    log,
  });
});
