/** Real Redis servers that are demoted, full, loading or behind sentinels: our clients notice, say so once, and find the new primary. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Redis from 'ioredis';
import { pino } from 'pino';
import { openCache } from '../../lib/redis/cache';
import { openRateLimits } from '../../lib/redis/rate-limits';
import { finders } from '../../tools/stack/find/binaries';
import { until } from '../fixtures/until';

let folder: string;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'redis-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

async function aPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function start(settings: string[] = [], file: string[] = []) {
  const port = await aPort();
  const standard = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--dbfilename',
    `${port}`,
  ];
  const child = spawn(finders.redis() ?? 'redis-server', [...file, ...standard, ...settings], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const admin = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  admin.on('error', () => undefined);
  closing.push(async () => {
    admin.disconnect();
    child.kill('SIGKILL');
    await ended;
  });
  await until('Redis answers', async () => (await admin.ping()) === 'PONG');
  return { port, admin, process: child };
}

function listening() {
  const events: string[] = [];
  const write = (line: string): void => void events.push((JSON.parse(line) as { event: string }).event);
  return { events, log: pino({ level: 'info' }, { write }) };
}

test.each([
  [
    'demoted',
    async (admin: Redis) => void (await admin.replicaof('127.0.0.1', 1)),
    async (admin: Redis) => void (await admin.replicaof('NO', 'ONE')),
  ],
  [
    'full',
    async (admin: Redis) => void (await admin.config('SET', 'maxmemory', '1')),
    async (admin: Redis) => void (await admin.config('SET', 'maxmemory', '0')),
  ],
])(
  'a server that is %s counts as unavailable: said once, and in the check, until it takes writes',
  async (_, spoil, mend) => {
    const { port, admin } = await start();
    const { events, log } = listening();
    const limits = openRateLimits(`redis://127.0.0.1:${port}`, log);
    closing.push(() => limits.close());
    const limit = limits.limit('reads', 100, 60);
    await until('the check', () => limits.check().then(() => true));
    await spoil(admin);
    await expect(limits.check()).rejects.toThrow(/READONLY|OOM/);
    for (let n = 0; n < 5; n += 1) expect(await limit.take('caller')).toMatchObject({ allowed: true });
    await until('the refusal is logged', () => events.includes('redis-refused'));
    await mend(admin);
    await until('it is available', () => limits.check().then(() => true));
    expect(events.filter((event) => event === 'redis-refused')).toHaveLength(1);
    expect(events.at(-1)).toBe('redis-accepted');
  },
);

test('the new primary is found by sentinels', async () => {
  const [primary, replica] = [await start(), await start()];
  await replica.admin.replicaof('127.0.0.1', primary.port);
  await until('the replica is connected', async () =>
    (await replica.admin.info('replication')).includes('master_link_status:up'),
  );
  const file = path.join(folder, 'sentinel.conf');
  const settings = [
    `sentinel monitor orders 127.0.0.1 ${primary.port} 1`,
    'sentinel down-after-milliseconds orders 1000',
    'sentinel failover-timeout orders 3000',
  ];
  writeFileSync(file, settings.join('\n'));
  const sentinel = await start(['--sentinel'], [file]);
  await until(
    'the sentinel knows the replica',
    async () => ((await sentinel.admin.call('SENTINEL', 'REPLICAS', 'orders')) as unknown[]).length === 1,
  );
  const cache = openCache(`redis://127.0.0.1:${sentinel.port}?sentinel=orders`, listening().log);
  closing.push(() => cache.close());
  await until('the cache is available', () => cache.check().then(() => true));
  primary.process.kill('SIGKILL');
  await until('the cache is available again', () => cache.check().then(() => true));
  expect(await replica.admin.get('food-delivery:check')).toBe('1');
});

test('a cluster is used by its nodes', async () => {
  const node = await start([
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
    '--cluster-port',
    `${await aPort()}`,
  ]);
  await node.admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await until('the cluster is up', async () => (await node.admin.cluster('INFO')).includes('cluster_state:ok'));
  const { events, log } = listening();
  const limits = openRateLimits(`redis://127.0.0.1:${node.port},localhost:${node.port}`, log);
  closing.push(() => limits.close());
  await until('the check', () => limits.check().then(() => true));
  const limit = limits.limit('reads', 2, 60);
  const taken = [await limit.take('caller'), await limit.take('caller'), await limit.take('caller')];
  expect(taken.map(({ allowed }) => allowed)).toEqual([true, true, false]);
  expect(events).toEqual([]);
});
