/** How our HTTP server closes connections, and how it shuts down. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Agent, request, type IncomingMessage } from 'node:http';
import express, { type Response } from 'express';
import { listen, type Listening } from '../../api/http/server';
import { until } from '../fixtures/until';

/** A server whose requests wait until the test answers them. */
async function aServer(drainDelayMs = 0) {
  const waiting: Response[] = [];
  const app = express().get('/', (_req, res) => void waiting.push(res));
  return { server: await listen(app, '127.0.0.1', 0, drainDelayMs), waiting };
}

const get = (server: Listening, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(server.address, { agent }, (response) => resolve(response.resume()))
      .on('error', reject)
      .end();
  });

/** A connection without a request. */
async function anIdleConnection(server: Listening): Promise<Socket> {
  const { hostname, port } = new URL(server.address);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

test('a server keeps an idle connection longer than load balancers do, and announces the timeout', async () => {
  const { server, waiting } = await aServer();
  const agent = new Agent({ keepAlive: true });
  const asked = get(server, agent);
  await until('the request', () => waiting.length === 1);
  waiting.pop()?.send('done');
  expect((await asked).headers['keep-alive']).toBe('timeout=65');
  agent.destroy();
  await server.close();
});

test('a server that shuts down does not wait for a connection without a request', async () => {
  const { server } = await aServer();
  const silent = await anIdleConnection(server);
  await server.close();
  silent.destroy();
});

test('a server that shuts down answers requests in flight, accepts no more, and does not wait for idle connections', async () => {
  const { server, waiting } = await aServer();
  const agent = new Agent({ keepAlive: true });
  const idle = get(server, agent);
  await until('the first request', () => waiting.length === 1);
  waiting.pop()?.send('done');
  await idle;

  const inFlight = get(server, agent);
  await until('the second request', () => waiting.length === 1);
  let closed = false;
  const closing = server.close().then(() => (closed = true));
  await expect(get(server, new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(closed).toBe(false);
  waiting.pop()?.send('done');
  const answer = await inFlight;
  expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close']);
  await closing;
  agent.destroy();
});

test('a request during the drain delay is answered, and its connection closed', async () => {
  const { server, waiting } = await aServer(2_000); // a delay as may be configured, far longer than two requests take
  const early = await anIdleConnection(server);
  const closing = server.close();
  early.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const late = get(server, new Agent());
  await until('both requests', () => waiting.length === 2);
  for (const each of waiting) each.send('done');
  expect((await late).headers.connection).toBe('close');
  let answer = '';
  early.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  await once(early, 'end');
  expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
  await closing;
});
