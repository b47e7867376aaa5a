import { Router } from 'express';
import { createApp } from '../../api/http/app';
import { listen, type Listening } from '../../api/http/server';
import { createLog } from '../../lib/log';
import { TemporalAwayError } from '../../lib/temporal';
import { openDatabase } from '../../prisma/user/client';
import { findOrder } from '../../prisma/user/orders';

const log = createLog('test', 'silent');
/** Nothing listens there: port 1 is reserved. */
const nowhere = openDatabase('postgresql://postgres@127.0.0.1:1/nowhere', 1, log);

let server: Listening;
beforeAll(async () => {
  const router = Router()
    .post('/echo', (req, res) => void res.json(req.body))
    .get(
      '/database',
      async (_req, res) => void res.json(await findOrder(nowhere, '00000000-0000-4000-8000-000000000001')),
    )
    .get('/temporal', () => {
      throw new TemporalAwayError('no word');
    })
    .get('/bug', () => {
      throw new Error('secret inside');
    });
  server = await listen(createApp(log, [router]), '127.0.0.1', 0);
});
afterAll(async () => {
  await server.close();
  await nowhere.$disconnect();
});

const post = (body: string, type = 'application/json') =>
  fetch(`${server.address}/echo`, { method: 'POST', body, headers: { 'content-type': type } });

describe('the HTTP edge', () => {
  it('answers health as old clients expect it', async () => {
    const res = await fetch(`${server.address}/health`);
    expect([res.status, await res.json()]).toEqual([200, { Success: true, message: 'Good' }]);
  });

  it.each([
    ['no JSON', '{"a":', 'application/json', 422],
    ['a bare word', '"x"', 'application/json', 422],
    ['a form', 'a=b', 'application/x-www-form-urlencoded', 415],
    ['a body without a type', 'a', '', 415],
    ['an unknown charset', '{}', 'application/json; charset=klingon', 415],
    ['a huge body', `{"a":"${'x'.repeat(1_100_000)}"}`, 'application/json', 413],
  ])('refuses %s with a clear error', async (_what, body, type, status) => {
    const res = await post(body, type);
    const answer = (await res.json()) as { success: boolean; message: string; detail: string };
    expect([res.status, answer.success, answer.detail === answer.message]).toEqual([status, false, true]);
  });

  it.each([
    ['the database is away', '/database'],
    ['Temporal is away', '/temporal'],
  ])('answers 503 with Retry-After when %s', async (_what, path) => {
    const res = await fetch(`${server.address}${path}`);
    expect([res.status, res.headers.get('retry-after')]).toEqual([503, '2']);
  });

  it('says nothing of the inside when something is wrong there', async () => {
    const res = await fetch(`${server.address}/bug`);
    expect(res.status).toBe(500);
    expect(await res.json()).toMatchObject({ message: 'Internal Server Error', detail: 'Internal Server Error' });
  });

  it('answers 404 for a route that does not exist', async () => {
    expect((await fetch(`${server.address}/nope`)).status).toBe(404);
  });
});
