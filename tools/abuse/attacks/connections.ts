/** Clients that take connections and time instead of answers. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { aCustomer, authorization } from '../../stack/access';
import type { Attack, Attacker } from '../attack';

const open = (count: number, dial: () => Promise<Socket>): Promise<Socket[]> =>
  Promise.all(Array.from({ length: count }, dial));

const repeated = (request: string, times: number): string => request.repeat(times);

export const slowReaders: Attack = {
  name: 'answers that nobody reads',
  bounds: 'slow clients, requests at once',
  stoppedBy: ['held'],
  also: ['cut'],
  async run({ world: { hoarder }, dial, count, untilTheEnd }) {
    const { authorization: token } = await authorization(aCustomer(hoarder));
    const page = 'GET /restaurants HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const list = `GET /orders?user_id=${hoarder} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${token}\r\n\r\n`;
    const browsers = await open(60, () => dial('user'));
    for (const socket of browsers) socket.write(repeated(page, 20));
    const readers = await open(200, () => dial('restaurant'));
    for (const socket of readers) socket.write(repeated(list, 5));
    await untilTheEnd();
    for (const socket of [...browsers, ...readers]) count(socket.closed ? 'cut' : 'held');
  },
};

/** Counts how the connection ends: with a refusal of its request, closed without an answer, or still open when the time is over. */
async function watch(socket: Socket, { count, untilTheEnd }: Attacker): Promise<void> {
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  await untilTheEnd();
  const [, status] = /^HTTP\/1.1 (\d{3}) /.exec(answer) ?? [];
  if (status !== undefined) count(Number(status));
  else count(socket.closed ? 'cut' : 'held');
}

/** Of each kind; together more than one address may have. */
const each = 300;
const byteEveryMs = 1_000;

export const idleConnections: Attack = {
  name: 'idle connections, slow headers',
  bounds: 'slow clients, connections',
  stoppedBy: [408, 'cut'],
  also: ['held'],
  lastsMs: 22_500, // 20 s for headers, and their check
  async run(attacker) {
    const { dial, goesOn } = attacker;
    const slow = await open(each, () => dial('user'));
    const idle = await open(each, () => dial('user'));
    const watched = Promise.all([...slow, ...idle].map((socket) => watch(socket, attacker)));
    for (const socket of slow) socket.write('GET /restaurants HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    while (goesOn()) {
      for (const socket of slow) if (socket.writable) socket.write('x');
      await sleep(byteEveryMs);
    }
    await watched;
  },
};
