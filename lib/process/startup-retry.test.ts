/** Waiting for a server that accepts connections and stays silent. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createLog } from '../logging/log';
import { createStartupRetry, StartupTimeoutError } from './startup-retry';

const log = createLog('test', 'silent');

/** What it says on its first connections is nothing. */
let silentConnections: number;
const taken: Socket[] = [];
const server = createServer((socket) => {
  if (taken.push(socket) > silentConnections) socket.write('hello');
});
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterEach(() => taken.splice(0).forEach((socket) => socket.destroy()));
afterAll(() => server.close());

const isGreeted = () => once(connect((server.address() as AddressInfo).port, '127.0.0.1'), 'data');

test('an attempt without an answer times out, and the next one may succeed', async () => {
  silentConnections = 1;
  await createStartupRetry(10_000, log, 100).waitFor('a server', isGreeted);
  expect(taken).toHaveLength(2);
});

test('the start limit holds when no attempt gets an answer', async () => {
  silentConnections = Infinity;
  const waited = createStartupRetry(500, log).waitFor('a server', isGreeted);
  await expect(waited).rejects.toThrow(StartupTimeoutError);
});
