/** How a process reaches RabbitMQ, PostgreSQL, Redis and Temporal, and as whom: the variables, and what does not fit together. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { payloadKeys } from '../temporal/payload-keys';

/** Where only this machine can ask. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/.test(host);

/** A file in PEM format, given by its path; it is read at once, so that one that is missing is told at the start. */
const pemFile = (holds: 'CERTIFICATE' | 'PRIVATE KEY') =>
  z
    .string()
    .transform((path, context): string => {
      const wrong = (message: string): string => (context.addIssue({ code: 'custom', message }), z.NEVER);
      try {
        const text = readFileSync(path, 'utf8');
        return text.includes(`${holds}-----`) ? text : wrong(`${path} holds no ${holds} in PEM format`);
      } catch (err) {
        return wrong(`${path} cannot be read (${(err as NodeJS.ErrnoException).code}): give the path of a PEM file`);
      }
    })
    .optional();

/** `production` refuses the passwords that everybody knows. */
export const mode = { NODE_ENV: z.string().optional() };

export const broker = {
  RABBITMQ_URL: z.url({ protocol: /^amqps?$/ }).default('amqp://guest:guest@127.0.0.1:5672'),
  RABBITMQ_CA_FILE: pemFile('CERTIFICATE'),
  RABBITMQ_CERT_FILE: pemFile('CERTIFICATE'),
  RABBITMQ_KEY_FILE: pemFile('PRIVATE KEY'),
};
/** Of the workers. */
export const messages = {
  ...broker,
  /** By it the consumers know the order worker's requests. As long as what HMAC-SHA-256 makes of it, at least. */
  MESSAGE_SECRET: z.string().min(32).optional(),
};
export const redis = {
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).default('redis://127.0.0.1:6379'),
  REDIS_CA_FILE: pemFile('CERTIFICATE'),
};
export const databaseCa = { DATABASE_CA_FILE: pemFile('CERTIFICATE') };
export const database = (service: string) =>
  z.url({ protocol: /^postgres(ql)?$/ }).default(`postgresql://postgres@127.0.0.1:5432/${service}_service`);
export const temporal = {
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** Left out: on with an API key, else off. */
  TEMPORAL_TLS: z.enum(['on', 'off']).optional(),
  TEMPORAL_TLS_CA_FILE: pemFile('CERTIFICATE'),
  TEMPORAL_TLS_CERT_FILE: pemFile('CERTIFICATE'),
  TEMPORAL_TLS_KEY_FILE: pemFile('PRIVATE KEY'),
  TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
  TEMPORAL_API_KEY: z.string().optional(),
  /** What values in Temporal are encrypted with; not at all without it. All processes that talk to Temporal need the same. */
  TEMPORAL_PAYLOAD_KEYS: payloadKeys.optional(),
};

/** What a process has of these variables, by their names. */
type Variables = Readonly<Record<string, unknown>>;
type Complain = (variable: string, message: string) => void;

const text = (config: Variables, name: string): string | undefined =>
  typeof config[name] === 'string' ? config[name] : undefined;
const databasesOf = (config: Variables): string[] =>
  Object.keys(config).filter((name) => name.endsWith('_DATABASE_URL'));
const sslmodeOf = (url: string): string => new URL(url).searchParams.get('sslmode') ?? 'disable';

/** A check for `superRefine`: each problem is told by the variable that has to change. */
export function checkServers(config: Variables, context: z.RefinementCtx): void {
  const wrong: Complain = (name, message) => context.addIssue({ code: 'custom', path: [name], message });
  checkPairs(config, wrong);
  checkBrokerAndCache(config, wrong);
  checkDatabases(config, wrong);
  checkTemporal(config, wrong);
  if (config['NODE_ENV'] === 'production') checkPasswords(config, wrong);
}

function checkPairs(config: Variables, wrong: Complain): void {
  for (const prefix of ['RABBITMQ', 'TEMPORAL_TLS']) {
    const [cert, key] = [`${prefix}_CERT_FILE`, `${prefix}_KEY_FILE`];
    if (config[cert] !== undefined && config[key] === undefined) wrong(key, `needed beside ${cert}`);
    if (config[key] !== undefined && config[cert] === undefined) wrong(cert, `needed beside ${key}`);
  }
}

/** Files for TLS where there is none are a mistake: somebody believes that the connection is encrypted. */
function checkBrokerAndCache(config: Variables, wrong: Complain): void {
  const servers = { RABBITMQ: 'amqps', REDIS: 'rediss' };
  for (const [prefix, scheme] of Object.entries(servers)) {
    const isPlain = !text(config, `${prefix}_URL`)?.startsWith(`${scheme}:`);
    for (const name of [`${prefix}_CA_FILE`, `${prefix}_CERT_FILE`, `${prefix}_KEY_FILE`]) {
      if (isPlain && config[name] !== undefined) wrong(name, `needs TLS: begin ${prefix}_URL with ${scheme}://`);
    }
  }
}

/** What `pg` would take from a URL over our own settings. */
const ownParameters = ['ssl', 'sslcert', 'sslkey', 'sslrootcert', 'uselibpqcompat'];
const sslmodes = ['disable', 'require', 'verify-ca', 'verify-full'];

function checkDatabases(config: Variables, wrong: Complain): void {
  for (const name of databasesOf(config)) {
    const url = text(config, name) ?? '';
    const given = ownParameters.filter((parameter) => new URL(url).searchParams.has(parameter));
    if (given.length > 0) wrong(name, `not ${given.join(', ')}: say sslmode=verify-full, and DATABASE_CA_FILE`);
    const sslmode = sslmodeOf(url);
    if (!sslmodes.includes(sslmode)) wrong(name, `sslmode=${sslmode} is none of ${sslmodes.join(', ')}`);
    if (sslmode === 'disable' && config['DATABASE_CA_FILE'] !== undefined)
      wrong('DATABASE_CA_FILE', `needs TLS: add sslmode=verify-full to ${name}`);
  }
}

function checkTemporal(config: Variables, wrong: Complain): void {
  if (temporalIsSecure(config)) {
    if (config['TEMPORAL_TLS'] === 'off') wrong('TEMPORAL_API_KEY', 'never without TLS: take TEMPORAL_TLS=off away');
    return;
  }
  for (const name of Object.keys(temporal)) {
    if (name.startsWith('TEMPORAL_TLS_') && config[name] !== undefined) wrong(name, 'needs TEMPORAL_TLS=on');
  }
}

/** An API key is never sent in the clear. */
export const temporalIsSecure = (config: Variables): boolean =>
  config['TEMPORAL_TLS'] === 'on' || config['TEMPORAL_API_KEY'] !== undefined;

function checkPasswords(config: Variables, wrong: Complain): void {
  const refuse = (name: string, wellKnown: string): void => {
    const url = text(config, name);
    if (url === undefined) return;
    const { username, password } = new URL(url);
    if (username !== '' && password !== '' && `${username}:${password}` !== wellKnown) return;
    wrong(name, `with NODE_ENV=production it names a user with a password, other than ${wellKnown}`);
  };
  refuse('RABBITMQ_URL', 'guest:guest');
  for (const name of databasesOf(config)) refuse(name, 'postgres:postgres');
  if (config['AUTH_MODE'] === 'off') wrong('AUTH_MODE', 'off is refused with NODE_ENV=production');
}

/** The servers of a production system that are on another machine and are reached without TLS, by variable. */
export function plainServers(config: Variables): string[] {
  if (config['NODE_ENV'] !== 'production') return [];
  const isPlain = (name: string): boolean => {
    const value = text(config, name);
    if (value === undefined) return false;
    if (name === 'TEMPORAL_ADDRESS') return !temporalIsSecure(config) && !isLoopback(value.replace(/:\d+$/, ''));
    const { protocol, hostname } = new URL(value);
    const isSecure = ['amqps:', 'rediss:'].includes(protocol) || sslmodeOf(value) !== 'disable';
    return !isSecure && !isLoopback(hostname);
  };
  return ['RABBITMQ_URL', 'REDIS_URL', 'TEMPORAL_ADDRESS', ...databasesOf(config)].filter(isPlain);
}
