/** How an HTTP server of ours stops. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { Agent, request, type IncomingMessage } from 'node:http';
import express, { type Response } from 'express';
import { listen, type Listening } from '../../api/http/server';
import { until } from '../fixtures/until';

/** A server whose requests are answered when the test says so. */
async function aServer() {
  const waiting: Response[] = [];
  const app = express().get('/', (_req, res) => void waiting.push(res));
  return { server: await listen(app, '127.0.0.1', 0), waiting };
}

const get = (server: Listening, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(server.address, { agent }, (response) => resolve(response.resume()))
      .on('error', reject)
      .end();
  });

test('a server that stops waits for nobody who has connected and asks for nothing', async () => {
  const { server } = await aServer();
  const silent = connect(Number(new URL(server.address).port), '127.0.0.1');
  await once(silent, 'connect');
  await server.close();
  silent.destroy();
});

test('a server that stops answers what is under way, takes no more, and waits for no idle connection', async () => {
  const { server, waiting } = await aServer();
  const agent = new Agent({ keepAlive: true });
  const idle = get(server, agent);
  await until('the first request', () => waiting.length === 1);
  waiting.pop()?.send('done');
  await idle;

  const underWay = get(server, agent);
  await until('the second request', () => waiting.length === 1);
  let closed = false;
  const closing = server.close().then(() => (closed = true));
  await expect(get(server, new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(closed).toBe(false);
  waiting.pop()?.send('done');
  const answer = await underWay;
  expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close']);
  await closing;
  agent.destroy();
});

test('a server that goes on for a while before it stops answers whoever comes, and keeps no connection', async () => {
  const { server, waiting } = await aServer();
  const agent = new Agent({ keepAlive: true });
  const ask = async () => {
    const answer = get(server, agent);
    await until('the request', () => waiting.length === 1);
    waiting.pop()?.send('done');
    return (await answer).headers.connection;
  };
  expect(await ask()).toBe('keep-alive');
  const closing = server.close(3_000);
  expect([await ask(), await ask()]).toEqual(['close', 'close']);
  await closing;
  await expect(get(server, new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  agent.destroy();
});
