/**
 * Configuration comes from the environment, is read once by a `main.ts`, and is an object from there on.
 * Every variable stands in `.env.example`.
 */
import { z } from 'zod';
import type { OrderPolicy } from '../../contracts/workflow';
import { access, checkAccess } from './access';
import { edgeVariables } from './http';
import type { Log } from '../logging/log';
import * as servers from './servers';
import { tracingVariables } from './tracing';
import { payloadKeys } from '../temporal/payload-keys';

const milliseconds = (byDefault: number) => z.coerce.number().int().positive().default(byDefault);
const port = () => z.coerce.number().int().min(0).max(65_535);
const minute = 60_000;

const common = {
  ...servers.mode,
  ...servers.databaseCa,
  ...tracingVariables,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Connections to the database, for each process. Small: all processes share one machine in the local stack. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).default(10),
  /** For all that a process waits for at its start: longer than any of the servers takes to start on a busy machine. */
  START_LIMIT_MS: milliseconds(60_000),
};
const host = { HOST: z.string().default('127.0.0.1') };
/** Where Prometheus finds a process's `/metrics`; nowhere by default. */
const metrics = { METRICS_PORT: port().optional() };
const http = {
  ...host,
  ...metrics,
  ...edgeVariables,
  ...servers.redis,
  /** At most what leaves room for the 5 to 6 s of a slow placement that comes at its end, in the 8 s that a drain may take. */
  DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(2_000).default(500),
};
/** Where a worker answers how it is; nowhere by default. */
const health = { ...host, ...metrics, HEALTH_PORT: port().optional() };
/** Defaults of the order policy (see OrderPolicy): how long people may take, and how patiently machines are called. */
const policy = {
  PLACEMENT_LIMIT_MS: milliseconds(10 * minute),
  DECISION_LIMIT_MS: milliseconds(15 * minute),
  COURIER_LIMIT_MS: milliseconds(15 * minute),
  PICKUP_LIMIT_MS: milliseconds(60 * minute),
  DELIVERY_ATTENTION_MS: milliseconds(120 * minute),
  REASK_INTERVAL_MS: milliseconds(30_000),
  AVOID_LOCAL_MS: milliseconds(30_000),
  ATTEMPT_MS: milliseconds(10_000),
  RETRY_INTERVAL_MS: milliseconds(30_000),
  UNDO_ATTENTION_MS: milliseconds(2 * minute),
};

/** What the three HTTP services read alike. */
const api = { ...common, ...http, ...access, ...servers.temporal };

export const schemas = {
  userApi: z
    .object({
      ...api,
      ...policy,
      PORT: port().default(8001),
      USER_DATABASE_URL: servers.database('user'),
      RESTAURANT_SERVICE_URL: z.url().default('http://127.0.0.1:8002'),
      DELIVERY_SERVICE_URL: z.url().default('http://127.0.0.1:8003'),
      /** The token with which this service asks the other two. Left out: it signs its own, with the secret. */
      AUTH_SERVICE_TOKEN: z.string().optional(),
    })
    .superRefine(servers.checkServers)
    .superRefine(checkAccess),
  restaurantApi: z
    .object({
      ...api,
      ...policy,
      PORT: port().default(8002),
      RESTAURANT_DATABASE_URL: servers.database('restaurant'),
    })
    .superRefine(servers.checkServers)
    .superRefine(checkAccess),
  deliveryApi: z
    .object({
      ...api,
      ...servers.broker,
      PORT: port().default(8003),
      DELIVERY_DATABASE_URL: servers.database('delivery'),
    })
    .superRefine(servers.checkServers)
    .superRefine(checkAccess),
  orderWorker: z
    .object({
      ...common,
      ...health,
      ...servers.temporal,
      ...servers.messages,
      ...policy,
      USER_DATABASE_URL: servers.database('user'),
      WORKER_BUILD_ID: z.string().optional(),
      WORKFLOW_STACK_TRACES: z.enum(['on', 'off']).default('off'),
    })
    .superRefine(servers.checkServers),
  restaurantWorker: z
    .object({ ...common, ...health, ...servers.messages, RESTAURANT_DATABASE_URL: servers.database('restaurant') })
    .superRefine(servers.checkServers),
  deliveryWorker: z
    .object({ ...common, ...health, ...servers.messages, DELIVERY_DATABASE_URL: servers.database('delivery') })
    .superRefine(servers.checkServers),
  repair: z
    .object({
      ...servers.mode,
      ...servers.databaseCa,
      ...servers.temporal,
      ...policy,
      USER_DATABASE_URL: servers.database('user'),
      RESTAURANT_DATABASE_URL: servers.database('restaurant'),
      DELIVERY_DATABASE_URL: servers.database('delivery'),
    })
    .superRefine(servers.checkServers),
  /** The jobs that run once before the others. */
  migrate: z.object(servers.databaseCa),
  searchAttributes: z.object({ ...servers.mode, ...servers.temporal }).superRefine(servers.checkServers),
  codecServer: z
    .object({
      ...common,
      ...host,
      ...access,
      /** Nobody decrypts unknown, on whatever machine. */
      AUTH_MODE: z
        .literal('required', { error: 'only required: the codec server asks for tokens everywhere' })
        .default('required'),
      TEMPORAL_PAYLOAD_KEYS: payloadKeys,
      /** Whose pages may ask from a browser. */
      TEMPORAL_UI_URL: z.url().default('http://127.0.0.1:8233'),
      CODEC_SERVER_PORT: port().default(8235),
    })
    .superRefine(checkAccess),
};

/** Thrown when the environment does not fit; the message names each variable and what is wrong with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads a process's configuration. An empty variable counts as absent. What is allowed in production, but not wise, is logged.
 * Throws ConfigError.
 */
export function loadConfig<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv, log?: Log): z.infer<T> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(present);
  if (parsed.success) {
    const variables = servers.plainServers(parsed.data as Record<string, unknown>);
    if (variables.length > 0) log?.warn({ event: 'plain-servers', variables }, 'servers are reached without TLS');
    return parsed.data;
  }
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`The configuration does not fit (see .env.example):\n  ${problems.join('\n  ')}`);
}

type PolicyVariables = { [Name in keyof typeof policy]: number };

export const orderPolicy = (config: PolicyVariables): OrderPolicy => ({
  placementLimitMs: config.PLACEMENT_LIMIT_MS,
  decisionLimitMs: config.DECISION_LIMIT_MS,
  courierLimitMs: config.COURIER_LIMIT_MS,
  pickupLimitMs: config.PICKUP_LIMIT_MS,
  deliveryAttentionMs: config.DELIVERY_ATTENTION_MS,
  reaskIntervalMs: config.REASK_INTERVAL_MS,
  avoidLocalMs: config.AVOID_LOCAL_MS,
  attemptMs: config.ATTEMPT_MS,
  retryIntervalMs: config.RETRY_INTERVAL_MS,
  undoAttentionMs: config.UNDO_ATTENTION_MS,
});
