/** Configuration comes from the environment (`.env.example` lists every variable) and is read once, at the start of a process. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Log } from '../logging/log';
import { payloadKeys } from '../temporal/payload-keys';
import { access, checkAccess, checkServiceToken, serviceToken, type AccessConfig } from './access';
import { feeds } from './feeds';
import { http } from './http';
import { policy } from './policy';
import { basics, health, host, metrics, mode, port, tracing, withoutEmpty, type Refuse } from './process';
import * as servers from './servers';

/** A process's configuration, with the checks of each group that it has variables of. */
const configuration = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.object(shape).superRefine((config, context) => {
    const variables = config as servers.ServersConfig & Partial<AccessConfig>; // a shape of any groups
    servers.checkServers(variables, refuseIn(context));
    checkAccess(variables, refuseIn(context));
  });

const refuseIn =
  (context: z.RefinementCtx): Refuse =>
  (variable, message) =>
    context.addIssue({ code: 'custom', path: [variable], message });

const common = { ...mode, ...tracing, ...basics };
const api = { ...common, ...servers.pool, ...metrics, ...http, ...servers.redis, ...access, ...servers.temporal };
const worker = {
  ...common,
  ...host,
  ...metrics,
  ...health,
  ...servers.pool,
  ...servers.broker,
  ...servers.messageSecret,
};

export const schemas = {
  userApi: configuration({
    ...api,
    ...policy,
    ...serviceToken,
    PORT: port().default(8001),
    USER_DATABASE_URL: servers.database('user'),
    RESTAURANT_SERVICE_URL: z.url().default('http://127.0.0.1:8002'),
    DELIVERY_SERVICE_URL: z.url().default('http://127.0.0.1:8003'),
  }).superRefine((config, context) => checkServiceToken(config, refuseIn(context))),
  restaurantApi: configuration({
    ...api,
    ...policy,
    PORT: port().default(8002),
    RESTAURANT_DATABASE_URL: servers.database('restaurant'),
  }),
  deliveryApi: configuration({
    ...api,
    ...servers.broker,
    ...servers.messageSecret,
    PORT: port().default(8003),
    DELIVERY_DATABASE_URL: servers.database('delivery'),
  }),
  orderWorker: configuration({
    ...worker,
    ...servers.temporal,
    ...policy,
    USER_DATABASE_URL: servers.database('user'),
    WORKER_BUILD_ID: z.string().optional(),
    WORKFLOW_STACK_TRACES: z.enum(['on', 'off']).default('off'),
  }),
  restaurantWorker: configuration({ ...worker, ...feeds, RESTAURANT_DATABASE_URL: servers.database('restaurant') }),
  deliveryWorker: configuration({ ...worker, ...feeds, DELIVERY_DATABASE_URL: servers.database('delivery') }),
  /** The tools that work on all databases and Temporal. */
  wholeSystem: configuration({
    ...mode,
    ...servers.databaseCa,
    ...servers.temporal,
    ...policy,
    USER_DATABASE_URL: servers.database('user'),
    RESTAURANT_DATABASE_URL: servers.database('restaurant'),
    DELIVERY_DATABASE_URL: servers.database('delivery'),
  }),
  /** The jobs that run once before the others. */
  migrate: configuration(servers.databaseCa),
  searchAttributes: configuration({ ...mode, ...servers.temporal }),
  codecServer: configuration({
    ...common,
    ...host,
    ...access,
    /** It decrypts, so it never runs without authentication, not even on a loopback address. */
    AUTH_MODE: z
      .literal('required', { error: 'only required: the codec server always authenticates its callers' })
      .default('required'),
    TEMPORAL_PAYLOAD_KEYS: payloadKeys,
    /** The Web UI, whose pages call the codec server from a browser. */
    TEMPORAL_UI_URL: z.url().default('http://127.0.0.1:8233'),
    CODEC_SERVER_PORT: port().default(8235),
  }),
};

/** Thrown when the environment is invalid; the message names each variable and its problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * With SECRETS_FOLDER, `${NAME}` in a variable stands for the content of the file NAME there, percent-encoded in a URL: a secret then is in no
 * container's environment. Throws ConfigError for a file that cannot be read.
 */
export function withSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folder = env['SECRETS_FOLDER'];
  if (!folder) return env;
  const filled = ([variable, value = '']: [string, string | undefined]) => {
    const encode = value.includes('://') ? encodeURIComponent : String;
    return [variable, value.replace(/\$\{(\w+)\}/g, (_, name: string) => encode(readSecret(folder, name, variable)))];
  };
  return Object.fromEntries(Object.entries(env).map(filled)) as NodeJS.ProcessEnv;
}

function readSecret(folder: string, name: string, variable: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8').trimEnd();
  } catch (error) {
    throw new ConfigError(`${variable}: the secret ${name} cannot be read: ${(error as Error).message}`);
  }
}

/** Reads a configuration. Logs a warning for what production allows but should avoid. Throws ConfigError. */
export function loadConfig<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv, log?: Log): z.infer<T> {
  const parsed = schema.safeParse(withoutEmpty(withSecrets(env)));
  if (parsed.success) {
    const config = parsed.data as servers.ServersConfig; // or of no servers
    const variables = config.NODE_ENV === 'production' ? servers.serversWithoutTls(config) : [];
    if (variables.length > 0) log?.warn({ event: 'plain-servers', variables }, 'servers are reached without TLS');
    return parsed.data;
  }
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`The configuration does not fit (see .env.example):\n  ${problems.join('\n  ')}`);
}
