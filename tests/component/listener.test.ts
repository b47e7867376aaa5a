/** Who listens to a real database learns of each gap: when the connection breaks, and where nothing is carried. */
import { createServer, connect as dial, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { Client } from 'pg';
import { createLog } from '../../lib/logging/log';
import { openListener } from '../../lib/postgres/listener';
import { connectionTo } from '../../lib/postgres/session';
import { isolatedDatabase, type Isolated } from '../fixtures/isolation';
import { until } from '../fixtures/until';

const log = createLog('test', 'silent');
let database: Isolated;
let client: Client;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  database = await isolatedDatabase('user');
  client = new Client(connectionTo(database.url));
  await client.connect();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

function listen(url = database.url) {
  const told: string[] = [];
  let gaps = 0;
  const onNotification = (payload: string): void => void told.push(payload);
  const listener = openListener({ url, channel: 'news', onNotification, onGap: () => gaps++, log });
  closers.push(() => listener.close());
  return { told, gaps: () => gaps };
}
const tell = (payload: string) => client.query('SELECT pg_notify($1, $2)', ['news', payload]);
/** Until it has heard something: only then it is sure that it listens. */
const isListening = async ({ told, gaps }: ReturnType<typeof listen>) => {
  await until('the first gap is closed', () => gaps() > 0);
  await until('it hears', async () => (await tell('hello'), told.includes('hello')));
};

test('what a transaction tells is heard once it is committed', async () => {
  const listener = listen();
  await isListening(listener);
  await client.query('BEGIN');
  await tell('committed');
  expect(listener.told).not.toContain('committed');
  await client.query('COMMIT');
  await until('it is heard', () => listener.told.includes('committed'));
});

test('a broken connection is a gap, after which it listens again', async () => {
  const listener = listen();
  await isListening(listener);
  const before = listener.gaps();
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_notify%' AND pid <> pg_backend_pid()`,
  );
  await until('the gap', () => listener.gaps() > before);
  await until('it hears again', async () => (await tell('again'), listener.told.includes('again')));
});

test('where no notifications are carried, its caller looks for itself', async () => {
  const pooler = await aPoolerWithoutNotifications();
  const target = new URL(database.url);
  target.host = `127.0.0.1:${(pooler.address() as AddressInfo).port}`;
  const listener = listen(target.href);
  await until('several gaps', async () => (await tell('unheard'), listener.gaps() > 7));
  expect(listener.told).toEqual([]);
});

/** Passes everything on but notifications, as a pooler in transaction mode does. */
async function aPoolerWithoutNotifications(): Promise<Server> {
  const { hostname, port } = new URL(database.url);
  const sockets: Socket[] = [];
  const server = createServer((front) => {
    const back = dial(Number(port), hostname);
    sockets.push(front, back);
    front.pipe(back);
    let bytes = Buffer.alloc(0);
    back.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 5 && bytes.length > bytes.readInt32BE(1)) {
        const message = bytes.subarray(0, 1 + bytes.readInt32BE(1));
        bytes = bytes.subarray(message.length);
        if (message.toString('latin1', 0, 1) !== 'A') front.write(message);
      }
    });
    for (const socket of [front, back])
      socket.on('error', () => undefined).on('close', () => [front, back].forEach((each) => each.destroy()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return server;
}
