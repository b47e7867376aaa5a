/** The connections to servers: invalid combinations, and what production refuses. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig, schemas } from './config';
import { createLog } from '../logging/log';
import { connectionTo } from '../postgres/session';
import { brokerServer } from '../broker/broker';
import { temporalServer } from '../temporal/connection';

const folder = mkdtempSync(path.join(tmpdir(), 'servers-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const aFile = (name: string, content: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};
const cert = '-----BEGIN CERTIFICATE-----\nof ours\n-----END CERTIFICATE-----\n';
const key = '-----BEGIN PRIVATE KEY-----\nof ours\n-----END PRIVATE KEY-----\n';
const CERT = aFile('cert.pem', cert);
const KEY = aFile('key.pem', key);
const AUTH_SECRET = 'a secret of thirty-two characters at the least';

const load = (env: Record<string, string>) => () => loadConfig(schemas.orderWorker, env);
const secureDatabase = 'postgresql://worker:secret@db/user_service?sslmode=verify-full';

describe('TLS', () => {
  test('is off by default, everywhere', () => {
    const config = load({})();
    expect(temporalServer(config)).toEqual({ address: '127.0.0.1:7233' });
    expect(brokerServer(config)).toEqual({ url: 'amqp://guest:guest@127.0.0.1:5672', tls: {} });
    const { connectionString, ...rest } = connectionTo(config.USER_DATABASE_URL, config.DATABASE_CA_FILE);
    expect(connectionString.startsWith(config.USER_DATABASE_URL)).toBe(true);
    expect(rest).toEqual({});
  });

  test('for RabbitMQ uses the files, with amqps', () => {
    const files = { RABBITMQ_CA_FILE: CERT, RABBITMQ_CERT_FILE: CERT, RABBITMQ_KEY_FILE: KEY };
    const config = load({ RABBITMQ_URL: 'amqps://worker:secret@mq', ...files })();
    expect(brokerServer(config).tls).toEqual({ ca: cert, cert, key });
    expect(load(files)).toThrow(/^ {2}RABBITMQ_CA_FILE: needs TLS: begin RABBITMQ_URL with amqps:/m);
  });

  test('for Temporal uses the files and the server name', () => {
    const files = { TEMPORAL_TLS_CA_FILE: CERT, TEMPORAL_TLS_CERT_FILE: CERT, TEMPORAL_TLS_KEY_FILE: KEY };
    const config = load({ ...files, TEMPORAL_TLS: 'on', TEMPORAL_TLS_SERVER_NAME: 'temporal.internal' })();
    expect(temporalServer(config)).toEqual({
      address: '127.0.0.1:7233',
      tls: {
        serverRootCACertificate: Buffer.from(cert),
        clientCertPair: { crt: Buffer.from(cert), key: Buffer.from(key) },
        serverNameOverride: 'temporal.internal',
      },
    });
    for (const TEMPORAL_TLS of ['', 'off'])
      expect(load({ ...files, TEMPORAL_TLS })).toThrow(/^ {2}TEMPORAL_TLS_CA_FILE: needs TEMPORAL_TLS=on/m);
  });

  test('for Temporal is on with an API key, and cannot be off', () => {
    const TEMPORAL_API_KEY = 'a key';
    expect(temporalServer(load({ TEMPORAL_API_KEY })())).toMatchObject({ tls: {}, apiKey: 'a key' });
    expect(load({ TEMPORAL_API_KEY, TEMPORAL_TLS: 'off' })).toThrow(/^ {2}TEMPORAL_API_KEY: never without TLS/m);
  });

  test("for PostgreSQL follows the URL's sslmode, which is removed from the URL", () => {
    const config = load({ USER_DATABASE_URL: secureDatabase, DATABASE_CA_FILE: CERT })();
    const { connectionString, ssl } = connectionTo(config.USER_DATABASE_URL, config.DATABASE_CA_FILE);
    expect(connectionString).toMatch(/^postgresql:\/\/worker:secret@db\/user_service\?(?!.*sslmode)/);
    expect(ssl).toEqual({ host: 'db', ca: cert });
    expect(load({ DATABASE_CA_FILE: CERT })).toThrow(/^ {2}DATABASE_CA_FILE: .*add sslmode=verify-full to USER_DATA/m);
  });

  test.each(['sslmode=prefer', 'sslmode=no-verify', 'sslrootcert=ca.pem', 'ssl=true', 'uselibpqcompat=true'])(
    'for PostgreSQL is not weakened by the URL: %s',
    (query) => {
      const USER_DATABASE_URL = `postgresql://worker:secret@db/user_service?${query}`;
      expect(load({ USER_DATABASE_URL })).toThrow(/^ {2}USER_DATABASE_URL: .*verify-full/m);
    },
  );

  test('for Redis uses its file, with rediss', () => {
    const inUserApi = (env: Record<string, string>) => () => loadConfig(schemas.userApi, { AUTH_SECRET, ...env });
    expect(inUserApi({ REDIS_URL: 'rediss://cache', REDIS_CA_FILE: CERT })().REDIS_CA_FILE).toBe(cert);
    expect(inUserApi({ REDIS_CA_FILE: CERT })).toThrow(/^ {2}REDIS_CA_FILE: needs TLS: begin REDIS_URL with rediss:/m);
  });
});

describe('a file', () => {
  const on = { TEMPORAL_TLS: 'on', RABBITMQ_URL: 'amqps://mq' };
  const files = ['RABBITMQ_CA_FILE', 'TEMPORAL_TLS_CA_FILE', 'DATABASE_CA_FILE'];

  test.each(files)('that is missing is reported by its variable: %s', (variable) => {
    const refused = new RegExp(`^  ${variable}: .*none.pem cannot be read \\(ENOENT\\): give the path`, 'm');
    expect(load({ ...on, [variable]: path.join(folder, 'none.pem') })).toThrow(refused);
  });

  test.each(files)('that holds something else is reported by its variable: %s', (variable) => {
    expect(load({ ...on, [variable]: KEY })).toThrow(new RegExp(`^  ${variable}: .*holds no CERTIFICATE`, 'm'));
  });

  test.each(['RABBITMQ', 'TEMPORAL_TLS'])('needs the other file of its pair: %s', (prefix) => {
    const [certFile, keyFile] = [`${prefix}_CERT_FILE`, `${prefix}_KEY_FILE`];
    expect(load({ ...on, [certFile]: CERT })).toThrow(new RegExp(`^  ${keyFile}: required with ${certFile}`, 'm'));
    expect(load({ ...on, [keyFile]: KEY })).toThrow(new RegExp(`^  ${certFile}: required with ${keyFile}`, 'm'));
  });
});

describe('production', () => {
  const good = {
    NODE_ENV: 'production',
    RABBITMQ_URL: 'amqp://worker-order:secret@127.0.0.1',
    USER_DATABASE_URL: 'postgresql://user_service:secret@127.0.0.1/user_service',
  };
  const passwords: [string, string][] = [
    ['RABBITMQ_URL', ''],
    ['RABBITMQ_URL', 'amqp://mq'],
    ['RABBITMQ_URL', 'amqp://worker-order@mq'],
    ['RABBITMQ_URL', 'amqp://guest:guest@mq'],
    ['USER_DATABASE_URL', ''],
    ['USER_DATABASE_URL', 'postgresql://user_service@db/user_service'],
    ['USER_DATABASE_URL', 'postgresql://postgres:postgres@db/user_service'],
  ];

  test.each(passwords)('refuses well-known passwords, which are allowed elsewhere: %s %s', (variable, url) => {
    expect(load({ ...good, [variable]: url })).toThrow(new RegExp(`^  ${variable}: with NODE_ENV=production`, 'm'));
    expect(load({ ...good, [variable]: url, NODE_ENV: 'development' })).not.toThrow();
    expect(load(good)).not.toThrow();
  });

  test.each(['userApi', 'restaurantApi', 'deliveryApi'] as const)(
    'refuses to run without authentication: %s',
    (name) => {
      const databases = ['USER', 'RESTAURANT', 'DELIVERY'].map((each) => [`${each}_DATABASE_URL`, secureDatabase]);
      const env = { ...good, ...(Object.fromEntries(databases) as Record<string, string>), AUTH_MODE: 'off' };
      expect(() => loadConfig(schemas[name], env)).toThrow(/^ {2}AUTH_MODE: off is refused with NODE_ENV=production/m);
      expect(() => loadConfig(schemas[name], { ...env, NODE_ENV: '' })).not.toThrow();
    },
  );

  /** What is logged when the process reads its configuration. */
  const logged = (env: Record<string, string>) => {
    const log = createLog('test', 'silent');
    const warn = jest.spyOn(log, 'warn');
    loadConfig(schemas.orderWorker, env, log);
    return warn.mock.calls.map(([fields]) => fields);
  };

  test('warns of servers on other machines that are reached without TLS', () => {
    const far = {
      RABBITMQ_URL: 'amqp://worker-order:secret@mq',
      USER_DATABASE_URL: 'postgresql://user_service:secret@db/user_service',
      TEMPORAL_ADDRESS: 'temporal:7233',
    };
    expect(logged({ ...good, ...far })).toEqual([
      { event: 'plain-servers', variables: expect.arrayContaining(Object.keys(far)) as string[] },
    ]);
    expect(logged({ ...good, ...far, NODE_ENV: 'development' })).toEqual([]);
    expect(logged(good)).toEqual([]);
    expect(
      logged({
        ...good,
        RABBITMQ_URL: 'amqps://w:s@mq',
        USER_DATABASE_URL: secureDatabase,
        TEMPORAL_ADDRESS: 't:1',
        TEMPORAL_TLS: 'on',
      }),
    ).toEqual([]);
  });
});
