/** Our connections to real servers behind TLS: the servers that we trust, and the clients that they trust. */
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { openCache } from '../../lib/redis/cache';
import { loadConfig, schemas } from '../../lib/config/config';
import { createLog } from '../../lib/logging/log';
import { brokerServer, openPlatformBroker } from '../../lib/broker/broker';
import { checkTemporal, connectTemporal, temporalServer } from '../../lib/temporal/connection';
import { createStartupRetry } from '../../lib/process/startup-retry';
import { openDatabase } from '../../prisma/delivery/client';
import { isolatedBroker, isolatedDatabase, type Isolated } from '../fixtures/isolation';
import { certificates, postgresFront, read, tlsFront, type Certificates, type Front } from '../fixtures/tls';
import { until } from '../fixtures/until';

const log = createLog('test', 'silent');
const hostOf = (url: string): string => new URL(url).host;
let files: Certificates;
const closing: (() => unknown)[] = [];
beforeAll(() => {
  files = certificates();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => files.remove());

const opened = <T extends { close(): unknown }>(each: T): T => (closing.push(() => each.close()), each);
const dropped = (each: Isolated): Isolated => (closing.push(() => each.drop()), each);
const configured = (env: Record<string, string>) => loadConfig(schemas.orderWorker, env);

/** Collects the log lines of this event. */
function listening(event: string) {
  const lines: string[] = [];
  const write = (line: string): void => {
    if ((JSON.parse(line) as { event?: string }).event === event) lines.push(line);
  };
  return { lines, log: pino({ level: 'debug' }, { write }) };
}
const untrusted = /self-signed certificate|unable to (get|verify)/;

describe('RabbitMQ', () => {
  /** The worker's configuration, with TLS. */
  async function asked(ca: string, own?: { cert: string; key: string }) {
    const vhost = dropped(await isolatedBroker());
    const mutual = own && { ca: read(files.ca).cert, requestCert: true };
    const front = opened(await tlsFront(hostOf(vhost.url), { ...read(files.server), ...mutual }));
    const url = Object.assign(new URL(vhost.url), { host: `localhost:${front.port}` }).href;
    const pair = own && { RABBITMQ_CERT_FILE: own.cert, RABBITMQ_KEY_FILE: own.key };
    return configured({ RABBITMQ_URL: url.replace(/^amqp:/, 'amqps:'), RABBITMQ_CA_FILE: ca, ...pair });
  }

  test('is trusted when the configured CA issued its certificate', async () => {
    const config = await asked(files.ca.cert);
    const broker = opened(await openPlatformBroker({ ...brokerServer(config), name: 'test', log }));
    await expect(broker.check()).resolves.toBeUndefined();
  });

  test('gets our client certificate when it requests one', async () => {
    const config = await asked(files.ca.cert, files.client);
    const broker = opened(await openPlatformBroker({ ...brokerServer(config), name: 'test', log }));
    await expect(broker.check()).resolves.toBeUndefined();
  });

  test('is not trusted when another CA issued its certificate', async () => {
    const { lines, log } = listening('waiting-for-dependency');
    const config = await asked(files.otherCa.cert);
    const broker = opened(await openPlatformBroker({ ...brokerServer(config), name: 'test', log, startup: 'none' }));
    await until('the reason', () => lines.length > 0);
    expect(lines[0]).toMatch(untrusted);
    expect(broker.connected).toBe(false);
  });
});

describe('Redis', () => {
  const open = async (ca: string, cacheLog = log) => {
    const front = opened(await tlsFront(hostOf(process.env.REDIS_URL ?? ''), read(files.server)));
    const env = { REDIS_URL: `rediss://localhost:${front.port}`, REDIS_CA_FILE: ca, AUTH_SECRET: 'secret: '.repeat(4) };
    const config = loadConfig(schemas.userApi, env);
    return opened(openCache(config.REDIS_URL, cacheLog, { ca: config.REDIS_CA_FILE }));
  };

  test('is trusted when the configured CA issued its certificate', async () => {
    const cache = await open(files.ca.cert);
    await until('an answer', () => cache.check().then(() => true));
  });

  test('is not trusted when another CA issued its certificate', async () => {
    const { lines, log } = listening('redis-error');
    const cache = await open(files.otherCa.cert, log);
    await until('the reason', () => lines.length > 0);
    expect(lines[0]).toMatch(untrusted);
    await expect(cache.check()).rejects.toThrow();
  });
});

describe('PostgreSQL', () => {
  const open = async (ca: string, sslmode: string) => {
    const database = dropped(await isolatedDatabase('delivery'));
    const front = opened(await postgresFront(hostOf(database.url), read(files.server)));
    const url = Object.assign(new URL(database.url), { host: `localhost:${front.port}`, search: `sslmode=${sslmode}` });
    const config = configured({ USER_DATABASE_URL: url.href, DATABASE_CA_FILE: ca });
    const db = openDatabase(config.USER_DATABASE_URL, 2, log, { ca: config.DATABASE_CA_FILE });
    closing.push(() => db.$disconnect());
    return db;
  };

  test.each(['require', 'verify-full'])(
    'is trusted when the configured CA issued its certificate: %s',
    async (mode) => {
      const db = await open(files.ca.cert, mode);
      expect(await db.agent.count()).toBe(0);
    },
  );

  test.each(['require', 'verify-full'])('is not trusted when another CA issued its certificate: %s', async (mode) => {
    const db = await open(files.otherCa.cert, mode);
    await expect(db.agent.count()).rejects.toThrow();
  });
});

describe('Temporal', () => {
  const target = process.env.TEMPORAL_ADDRESS ?? '';
  /** Accepts clients with a certificate of our CA. */
  const front = async (): Promise<Front> => {
    const mutual = { ca: read(files.ca).cert, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] };
    return opened(await tlsFront(target, { ...read(files.server), ...mutual }));
  };
  const serverAt = ({ port }: Pick<Front, 'port'>, env: Record<string, string>) =>
    temporalServer(configured({ TEMPORAL_ADDRESS: `localhost:${port}`, TEMPORAL_TLS: 'on', ...env }));
  const withClientCert = () => ({
    TEMPORAL_TLS_CA_FILE: files.ca.cert,
    TEMPORAL_TLS_CERT_FILE: files.client.cert,
    TEMPORAL_TLS_KEY_FILE: files.client.key,
  });
  /** What the client's connection answers; always closes it. */
  const asClient = async (server: ReturnType<typeof temporalServer>): Promise<unknown> => {
    const connection = opened(Connection.lazy({ ...server, interceptors: [] })); // without retries
    return connection.workflowService.getSystemInfo({});
  };

  test('accepts a client and a worker with a certificate, and both trust it', async () => {
    const server = serverAt(await front(), withClientCert());
    const temporal = opened(await connectTemporal(server, 'default', createStartupRetry(30_000, log)));
    await expect(checkTemporal(temporal)).resolves.toBeDefined();
    const native = opened(await NativeConnection.connect(server));
    await expect(native.workflowService.getSystemInfo({})).resolves.toBeDefined();
  });

  const refusals: [string, () => Record<string, string>][] = [
    ['has no certificate', () => ({ TEMPORAL_TLS_CA_FILE: files.ca.cert })],
    [
      'has a certificate of another CA',
      () => ({
        TEMPORAL_TLS_CA_FILE: files.ca.cert,
        TEMPORAL_TLS_CERT_FILE: files.otherCa.cert,
        TEMPORAL_TLS_KEY_FILE: files.otherCa.key,
      }),
    ],
    ['trusts another CA', () => ({ ...withClientCert(), TEMPORAL_TLS_CA_FILE: files.otherCa.cert })],
    ['expects another server name', () => ({ ...withClientCert(), TEMPORAL_TLS_SERVER_NAME: 'temporal.example' })],
  ];
  test.each(refusals)('cannot be reached by a client or a worker that %s', async (_, env) => {
    const server = serverAt(await front(), env());
    await expect(asClient(server)).rejects.toThrow();
    await expect(NativeConnection.connect(server)).rejects.toThrow();
  });

  test('receives the API key from a client and a worker', async () => {
    const keys: unknown[] = [];
    const server = createSecureServer(read(files.server), (request, response) => {
      keys.push(request.headers.authorization);
      response.writeHead(200, { 'content-type': 'application/grpc', 'grpc-status': '16' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const named = serverAt({ port }, { TEMPORAL_TLS_CA_FILE: files.ca.cert, TEMPORAL_API_KEY: 'a key' });
    await expect(asClient(named)).rejects.toThrow();
    expect([...new Set(keys)]).toEqual(['Bearer a key']);
    keys.length = 0;
    await expect(NativeConnection.connect(named)).rejects.toThrow();
    expect([...new Set(keys)]).toEqual(['Bearer a key']);
  });
});
