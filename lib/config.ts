/**
 * Configuration comes from the environment, is read once by a `main.ts`, and is an object from there on.
 * Every variable stands in `.env.example`.
 */
import { z } from 'zod';
import type { OrderPolicy } from '../contracts/workflow';
import { payloadKeys } from './temporal/payload-keys';

const milliseconds = (byDefault: number) => z.coerce.number().int().positive().default(byDefault);
const port = () => z.coerce.number().int().min(0).max(65_535);
const minute = 60_000;

const common = {
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Connections to the database, for each process. Small: all processes share one machine in the local stack. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).default(10),
  /** For all that a process waits for at its start: longer than any of the servers takes to start on a busy machine. */
  START_LIMIT_MS: milliseconds(60_000),
};
const host = { HOST: z.string().default('127.0.0.1') };
const http = {
  ...host,
  /** At most what leaves room for the 5 to 6 s of a slow placement that comes at its end, in the 8 s that a drain may take. */
  DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(2_000).default(500),
};
/** Where a worker answers how it is; nowhere by default. */
const health = { ...host, HEALTH_PORT: port().optional() };
/** How callers are known (docs/security.md). */
const access = {
  AUTH_MODE: z.enum(['required', 'off']).default('required'),
  /** Shared with whoever signs the tokens, for HS256. As long as what HMAC-SHA-256 makes of it, at least. */
  AUTH_SECRET: z.string().min(32).optional(),
  /** Where an identity provider publishes its keys, in place of the secret. */
  AUTH_JWKS_URL: z.url().optional(),
  AUTH_ISSUER: z.string().min(1).default('food-delivery'),
  AUTH_AUDIENCE: z.string().min(1).default('food-delivery'),
  AUTH_CLOCK_SKEW_S: z.coerce.number().int().min(0).max(300).default(30),
};
const temporal = {
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** What values in Temporal are encrypted with; not at all without it. All processes that talk to Temporal need the same. */
  TEMPORAL_PAYLOAD_KEYS: payloadKeys.optional(),
};
const broker = { RABBITMQ_URL: z.url().default('amqp://guest:guest@127.0.0.1:5672') };
const redis = { REDIS_URL: z.url().default('redis://127.0.0.1:6379') };

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

const database = (service: string) => z.url().default(`postgresql://postgres@127.0.0.1:5432/${service}_service`);

/** Where only this machine can ask. */
const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Nobody is let in unknown by mistake: there is one way to know callers, or everything is on this machine alone. */
function checkAccess(
  config: { AUTH_MODE: string; AUTH_SECRET?: string | undefined; AUTH_JWKS_URL?: string | undefined; HOST: string } & {
    AUTH_SERVICE_TOKEN?: string | undefined;
  },
  context: z.RefinementCtx,
): void {
  const wrong = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
  const { AUTH_MODE, AUTH_SECRET, AUTH_JWKS_URL, HOST } = config;
  if (AUTH_MODE === 'off') {
    if (!loopback.test(HOST)) wrong('AUTH_MODE', `off only where HOST is a loopback address, which ${HOST} is not`);
    return;
  }
  if (AUTH_SECRET === undefined && AUTH_JWKS_URL === undefined)
    wrong('AUTH_SECRET', 'needed, or AUTH_JWKS_URL: by one of them tokens are checked');
  if (AUTH_SECRET !== undefined && AUTH_JWKS_URL !== undefined)
    wrong('AUTH_JWKS_URL', 'not beside AUTH_SECRET: tokens are checked by one of them');
  if (AUTH_JWKS_URL !== undefined && 'USER_DATABASE_URL' in config && config.AUTH_SERVICE_TOKEN === undefined)
    wrong('AUTH_SERVICE_TOKEN', 'needed beside AUTH_JWKS_URL: a token with the role service');
}

export const schemas = {
  userApi: z
    .object({
      ...common,
      ...http,
      ...access,
      ...temporal,
      ...redis,
      ...policy,
      PORT: port().default(8001),
      USER_DATABASE_URL: database('user'),
      RESTAURANT_SERVICE_URL: z.url().default('http://127.0.0.1:8002'),
      DELIVERY_SERVICE_URL: z.url().default('http://127.0.0.1:8003'),
      /** The token with which this service asks the other two. Left out: it signs its own, with the secret. */
      AUTH_SERVICE_TOKEN: z.string().optional(),
    })
    .superRefine(checkAccess),
  restaurantApi: z
    .object({
      ...common,
      ...http,
      ...access,
      ...temporal,
      ...policy,
      PORT: port().default(8002),
      RESTAURANT_DATABASE_URL: database('restaurant'),
    })
    .superRefine(checkAccess),
  deliveryApi: z
    .object({
      ...common,
      ...http,
      ...access,
      ...temporal,
      ...broker,
      PORT: port().default(8003),
      DELIVERY_DATABASE_URL: database('delivery'),
    })
    .superRefine(checkAccess),
  orderWorker: z.object({
    ...common,
    ...health,
    ...temporal,
    ...broker,
    ...policy,
    USER_DATABASE_URL: database('user'),
    /** `host:port` where Prometheus finds the worker's metrics; without it there are none. */
    METRICS_ADDRESS: z
      .string()
      .regex(/^.+:\d{1,5}$/, 'host:port')
      .optional(),
    WORKER_BUILD_ID: z.string().optional(),
    WORKFLOW_STACK_TRACES: z.enum(['on', 'off']).default('off'),
  }),
  restaurantWorker: z.object({ ...common, ...health, ...broker, RESTAURANT_DATABASE_URL: database('restaurant') }),
  deliveryWorker: z.object({ ...common, ...health, ...broker, DELIVERY_DATABASE_URL: database('delivery') }),
  repair: z.object({
    ...temporal,
    ...policy,
    USER_DATABASE_URL: database('user'),
    RESTAURANT_DATABASE_URL: database('restaurant'),
    DELIVERY_DATABASE_URL: database('delivery'),
  }),
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

/** Reads a process's configuration. An empty variable counts as absent. Throws ConfigError. */
export function loadConfig<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv): z.infer<T> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
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
