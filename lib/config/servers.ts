/** The servers that processes connect to, and the checks across their variables. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readRedisUrl } from '../redis/address';
import { payloadKeys } from '../temporal/payload-keys';
import { isLoopback, type ModeConfig, type Refuse } from './process';

/** The path of a PEM file. It is read at once, so that a missing file fails the start; the value is its content. */
const pemFile = (holds: 'CERTIFICATE' | 'PRIVATE KEY') =>
  z
    .string()
    .transform((path, context): string => {
      const refuse = (message: string): string => (context.addIssue({ code: 'custom', message }), z.NEVER);
      try {
        const text = readFileSync(path, 'utf8');
        return text.includes(`${holds}-----`) ? text : refuse(`${path} holds no ${holds} in PEM format`);
      } catch (error) {
        return refuse(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}): give the path of a PEM file`);
      }
    })
    .optional();

export const databaseCa = { DATABASE_CA_FILE: pemFile('CERTIFICATE') };
export const database = (service: string) =>
  z.url({ protocol: /^postgres(ql)?$/ }).default(`postgresql://postgres@127.0.0.1:5432/${service}_service`);
export const pool = {
  ...databaseCa,
  /** Connections to the database for each process. Small, since all processes share one machine in the local stack. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).default(10),
};
export type PoolConfig = z.infer<z.ZodObject<typeof pool>>;

export const broker = {
  RABBITMQ_URL: z.url({ protocol: /^amqps?$/ }).default('amqp://guest:guest@127.0.0.1:5672'),
  RABBITMQ_CA_FILE: pemFile('CERTIFICATE'),
  RABBITMQ_CERT_FILE: pemFile('CERTIFICATE'),
  RABBITMQ_KEY_FILE: pemFile('PRIVATE KEY'),
};
/** Signs requests, so that consumers know them. At least as long as the output of HMAC-SHA-256. */
export const messageSecret = { MESSAGE_SECRET: z.string().min(32).optional() };
export type BrokerConfig = z.infer<z.ZodObject<typeof broker>> & z.infer<z.ZodObject<typeof messageSecret>>;

function checkRedisUrl(url: string, context: z.RefinementCtx): void {
  try {
    readRedisUrl(url);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
}

export const redis = {
  /** One server, the nodes of a cluster, or sentinels: lib/redis/address.ts. */
  REDIS_URL: z.string().superRefine(checkRedisUrl).default('redis://127.0.0.1:6379'),
  REDIS_CA_FILE: pemFile('CERTIFICATE'),
};
export type RedisConfig = z.infer<z.ZodObject<typeof redis>>;

export const temporal = {
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** Defaults to on with an API key, else off. */
  TEMPORAL_TLS: z.enum(['on', 'off']).optional(),
  TEMPORAL_TLS_CA_FILE: pemFile('CERTIFICATE'),
  TEMPORAL_TLS_CERT_FILE: pemFile('CERTIFICATE'),
  TEMPORAL_TLS_KEY_FILE: pemFile('PRIVATE KEY'),
  TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
  TEMPORAL_API_KEY: z.string().optional(),
  /** Encrypts values in Temporal; without it they stay plain. Every process that talks to Temporal needs the same. */
  TEMPORAL_PAYLOAD_KEYS: payloadKeys.optional(),
};
export type TemporalConfig = z.infer<z.ZodObject<typeof temporal>>;

/** An API key is never sent in the clear. */
export const temporalIsSecure = (config: Partial<TemporalConfig>): boolean =>
  config.TEMPORAL_TLS === 'on' || config.TEMPORAL_API_KEY !== undefined;

/** A process has the variables of some servers. */
export type ServersConfig = ModeConfig &
  Partial<PoolConfig & BrokerConfig & RedisConfig & TemporalConfig> &
  Readonly<Record<string, unknown>>;

export function checkServers(config: ServersConfig, refuse: Refuse): void {
  checkPair(config, 'RABBITMQ', refuse);
  checkTlsFiles(config, 'RABBITMQ', 'amqps', refuse);
  checkTlsFiles(config, 'REDIS', 'rediss', refuse);
  checkDatabases(config, refuse);
  checkTemporal(config, refuse);
  if (config.NODE_ENV !== 'production') return;
  if (config.RABBITMQ_URL !== undefined) checkPassword('RABBITMQ_URL', config.RABBITMQ_URL, 'guest:guest', refuse);
  for (const [name, url] of databaseUrls(config)) checkPassword(name, url, 'postgres:postgres', refuse);
}

/** A client certificate and its key are only useful together. */
function checkPair(config: ServersConfig, prefix: string, refuse: Refuse): void {
  const [cert, key] = [`${prefix}_CERT_FILE`, `${prefix}_KEY_FILE`];
  if (config[cert] !== undefined && config[key] === undefined) refuse(key, `required with ${cert}`);
  if (config[key] !== undefined && config[cert] === undefined) refuse(cert, `required with ${key}`);
}

/** TLS files without TLS are a mistake: the operator believes that the connection is encrypted. */
function checkTlsFiles(config: ServersConfig, prefix: string, scheme: string, refuse: Refuse): void {
  if (String(config[`${prefix}_URL`]).startsWith(`${scheme}:`)) return;
  for (const name of [`${prefix}_CA_FILE`, `${prefix}_CERT_FILE`, `${prefix}_KEY_FILE`]) {
    if (config[name] !== undefined) refuse(name, `needs TLS: begin ${prefix}_URL with ${scheme}://`);
  }
}

/** Parameters in the URL that `pg` would prefer to our own settings. */
const forbiddenParameters = ['ssl', 'sslcert', 'sslkey', 'sslrootcert', 'uselibpqcompat'];
const sslmodes = ['disable', 'require', 'verify-ca', 'verify-full'];

function checkDatabases(config: ServersConfig, refuse: Refuse): void {
  for (const [name, url] of databaseUrls(config)) {
    const given = forbiddenParameters.filter((parameter) => new URL(url).searchParams.has(parameter));
    if (given.length > 0) refuse(name, `not ${given.join(', ')}: say sslmode=verify-full, and DATABASE_CA_FILE`);
    const sslmode = sslmodeOf(url);
    if (!sslmodes.includes(sslmode)) refuse(name, `sslmode=${sslmode} is none of ${sslmodes.join(', ')}`);
    if (sslmode === 'disable' && config.DATABASE_CA_FILE !== undefined)
      refuse('DATABASE_CA_FILE', `needs TLS: add sslmode=verify-full to ${name}`);
  }
}

const databaseUrls = (config: ServersConfig): [variable: string, url: string][] =>
  Object.entries(config).flatMap(([name, value]) =>
    name.endsWith('_DATABASE_URL') && typeof value === 'string' ? [[name, value]] : [],
  );
const sslmodeOf = (url: string): string => new URL(url).searchParams.get('sslmode') ?? 'disable';

function checkTemporal(config: ServersConfig, refuse: Refuse): void {
  checkPair(config, 'TEMPORAL_TLS', refuse);
  if (temporalIsSecure(config)) {
    if (config.TEMPORAL_TLS === 'off') refuse('TEMPORAL_API_KEY', 'never without TLS: remove TEMPORAL_TLS=off');
    return;
  }
  for (const [name, value] of Object.entries(config)) {
    if (name.startsWith('TEMPORAL_TLS_') && value !== undefined) refuse(name, 'needs TEMPORAL_TLS=on');
  }
}

/** In production a URL has to name a user with a password, and not the well-known ones. */
function checkPassword(variable: string, url: string, wellKnown: string, refuse: Refuse): void {
  const { username, password } = new URL(url);
  if (username !== '' && password !== '' && `${username}:${password}` !== wellKnown) return;
  refuse(variable, `with NODE_ENV=production it names a user with a password, other than ${wellKnown}`);
}

/** The variables of servers on other machines that are reached without TLS. */
export function serversWithoutTls(config: ServersConfig): string[] {
  const { RABBITMQ_URL, REDIS_URL, TEMPORAL_ADDRESS } = config;
  const urls = [['RABBITMQ_URL', RABBITMQ_URL] as const, ...databaseUrls(config)];
  const plain = urls.flatMap(([name, url]) => (url !== undefined && isPlain(url) ? [name] : []));
  if (REDIS_URL !== undefined && isPlainRedis(REDIS_URL)) plain.push('REDIS_URL');
  const temporalHost = TEMPORAL_ADDRESS?.replace(/:\d+$/, '');
  const temporalIsPlain = temporalHost !== undefined && !temporalIsSecure(config) && !isLoopback(temporalHost);
  return temporalIsPlain ? [...plain, 'TEMPORAL_ADDRESS'] : plain;
}

function isPlainRedis(url: string): boolean {
  const { hosts, isSecure } = readRedisUrl(url);
  return !isSecure && hosts.some(({ host }) => !isLoopback(host));
}

function isPlain(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  const isSecure = protocol === 'amqps:' || sslmodeOf(url) !== 'disable';
  return !isSecure && !isLoopback(hostname);
}
