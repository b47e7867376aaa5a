import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { createApp } from '../../api/http/app';
import { defaultBodyLimit, readJson } from '../../api/http/json-body';
import { mount, refuseOtherMethods } from '../../api/http/mount';
import { answer, body, route } from '../../api/http/route';
import { listen, type Listening } from '../../api/http/server';
import { cancelBody } from '../../contracts/orders';
import { createHealth } from '../../lib/process/health';
import { createLog } from '../../lib/logging/log';
import { TemporalUnavailableError } from '../../lib/temporal/errors';
import { openDatabase } from '../../prisma/user/client';
import { findOrder } from '../../prisma/user/orders';
import { expectRefusal, sendRaw, type RawRequest } from '../fixtures/raw-http';
import { accessOff } from '../fixtures/tokens';

const log = createLog('test', 'silent');
/** Nothing listens on port 1: it is reserved. */
const nowhere = openDatabase('postgresql://postgres@127.0.0.1:1/nowhere', 1, log);

const aThing = z.strictObject({ name: z.string() });
const addThing = route({
  method: 'POST',
  path: '/things',
  oldName: { path: '/old/things' },
  id: 'addThing',
  summary: 'Adds a thing',
  roles: ['customer'],
  body: body(aThing, { name: 'a' }),
  answers: { 201: answer('Added.', aThing, { name: 'a' }) },
  handle: async (_deps: object, { body, answer }) => answer(201, body, { Location: '/things/1' }),
});

const cancelThing = route({
  method: 'POST',
  path: '/things/:thing_id/cancel',
  params: { thing_id: { unknown: 'Thing not found', example: '00000000-0000-4000-8000-000000000001' } },
  id: 'cancelThing',
  summary: 'Cancels a thing',
  roles: ['customer'],
  body: body(cancelBody, {}),
  answers: { 200: answer('Cancelled.', z.strictObject({}), {}) },
  handle: async (_deps: object, { answer }) => answer(200, {}),
});

let server: Listening;
beforeAll(async () => {
  const router = Router()
    .post('/echo', readJson(defaultBodyLimit), (req: Request, res: Response) => void res.json(req.body))
    .get('/things/:id', (req, res) => void res.json(req.params.id))
    .get(
      '/database',
      async (_req, res) => void res.json(await findOrder(nowhere, '00000000-0000-4000-8000-000000000001')),
    )
    .get('/temporal', () => {
      throw new TemporalUnavailableError('no answer');
    })
    .get('/bug', () => {
      throw new Error('internal detail');
    });
  server = await listen(
    createApp({ health: createHealth({}, log), access: accessOff, log }, [
      mount([addThing, cancelThing], {}),
      router,
      refuseOtherMethods([addThing, cancelThing]),
    ]),
    '127.0.0.1',
    0,
  );
});
afterAll(async () => {
  await server.close();
  await nowhere.$disconnect();
});

const post = (body: string, type = 'application/json') =>
  fetch(`${server.address}/echo`, { method: 'POST', body, headers: { 'content-type': type } });

describe('the HTTP edge', () => {
  it('answers health checks as old clients expect', async () => {
    const res = await fetch(`${server.address}/health`);
    expect([res.status, await res.json()]).toEqual([200, { Success: true, message: 'Good' }]);
  });

  it.each([
    ['malformed JSON', '{"a":', 'application/json', 422],
    ['a form', 'a=b', 'application/x-www-form-urlencoded', 415],
    ['a body without a type', 'a', '', 415],
    ['an unknown charset', '{}', 'application/json; charset=klingon', 415],
    ['a huge body', `{"a":"${'x'.repeat(17_000)}"}`, 'application/json', 413],
  ])('refuses %s with a clear error', async (_what, body, type, status) => {
    const res = await post(body, type);
    const answer = (await res.json()) as { success: boolean; message: string; detail: string };
    expect([res.status, answer.success, answer.detail === answer.message]).toEqual([status, false, true]);
  });

  it.each([
    ['the database is unavailable', '/database'],
    ['Temporal is unavailable', '/temporal'],
  ])('answers 503 with Retry-After when %s', async (_what, path) => {
    const res = await fetch(`${server.address}${path}`);
    expect([res.status, res.headers.get('retry-after')]).toEqual([503, '2']);
  });

  it('hides the details of an internal error', async () => {
    const res = await fetch(`${server.address}/bug`);
    expect(res.status).toBe(500);
    expect(await res.json()).toMatchObject({ message: 'Internal Server Error', detail: 'Internal Server Error' });
  });

  it.each([
    ['GET', '/things', 'POST'],
    ['DELETE', '/old/things', 'POST'],
    ['PATCH', '/things/7/cancel', 'POST'],
  ])('answers %s %s with 405 and the methods that there are', async (method, path, allowed) => {
    const res = await fetch(`${server.address}${path}`, { method });
    expect([res.status, res.headers.get('allow'), await res.json()]).toMatchObject([
      405,
      allowed,
      { code: 'METHOD_NOT_ALLOWED' },
    ]);
  });

  const cancel = '/things/00000000-0000-4000-8000-000000000001/cancel';
  it.each([
    ['no body', {}, []],
    ['an empty chunked body without a type', { 'transfer-encoding': 'chunked' }, []],
    ['an empty chunked body', { 'transfer-encoding': 'chunked', 'content-type': 'application/json' }, []],
    ['null', { 'content-type': 'application/json' }, ['null']],
    ['null in chunks', { 'transfer-encoding': 'chunked', 'content-type': 'application/json' }, ['nu', 'll']],
  ])('takes %s where the body may be left out', async (_what, headers, chunks) => {
    expect(await statusOf(cancel, headers, chunks)).toBe(200);
  });

  it('refuses a chunked body without a type', async () => {
    expect(await statusOf(cancel, { 'transfer-encoding': 'chunked' }, ['{}'])).toBe(415);
  });

  /** Of a POST with exactly these headers. */
  const statusOf = (path: string, headers: Record<string, string>, chunks: string[]) =>
    new Promise<number | undefined>((resolve, reject) => {
      const req = request(`${server.address}${path}`, { method: 'POST', headers }, (res) => {
        res.resume();
        resolve(res.statusCode);
      });
      req.on('error', reject);
      for (const chunk of chunks) req.write(chunk);
      req.end();
    });

  it('answers 404 for a route that does not exist', async () => {
    expect((await fetch(`${server.address}/nope`)).status).toBe(404);
  });

  const json = { 'content-type': 'application/json' };
  const things = (body: string | Buffer, headers = {}): RawRequest => ({
    method: 'POST',
    path: '/things',
    headers: { ...json, ...headers },
    body,
  });
  it.each<[string, RawRequest, number]>([
    ['null', things('null'), 422],
    ['a number', things('7'), 422],
    ['an array', things('[]'), 422],
    ['an empty body', things(''), 422],
    ['100,000 levels of nesting', things('['.repeat(100_000) + ']'.repeat(100_000)), 413],
    ['8,000 levels of nesting', things('['.repeat(8_000) + ']'.repeat(8_000)), 422],
    ['16,000 unclosed levels', things('['.repeat(16_000)), 422],
    ['a field twice, the second of another type', things('{"name":"a","name":7}'), 422],
    ['invalid UTF-8', things(Buffer.from('7b226e616d65223a22ff227d', 'hex')), 422],
    ['half a character', things(Buffer.from('7b226e616d65223a22f09f227d', 'hex')), 422],
    [
      'UTF-16',
      things(Buffer.from('\ufeff{"name":"é"}', 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }),
      415,
    ],
    ['a plain body declared as gzip', things('{"name":"a"}', { 'content-encoding': 'gzip' }), 415],
    ['a body that is compressed', things(gzipSync('{"name":"a"}'), { 'content-encoding': 'gzip' }), 415],
    ['JSON in Latin 1', things('{"name":"a"}', { 'content-type': 'application/json; charset="iso-8859-1"' }), 415],
    ['an unknown encoding', things('{}', { 'content-encoding': 'zip' }), 415],
    ['JSON of another content type', things('{"name":"a"}', { 'content-type': 'text/json-not' }), 415],
    ['a body without a content type', { method: 'POST', path: '/things', body: '{}' }, 415],
    ['a path that cannot be decoded', { method: 'GET', path: '/things/%E0%A4%A' }, 404],
    ['a path of 10,000 characters', { method: 'GET', path: `/nope/${'x'.repeat(10_000)}` }, 404],
    ['a method that no route has', { method: 'DELETE', path: '/things' }, 405],
    ['a rare method', { method: 'PROPFIND', path: '/things' }, 405],
    ['OPTIONS of an unknown path', { method: 'OPTIONS', path: '/nope' }, 404],
  ])('refuses %s as the contract says', async (_what, request, status) => {
    const answer = await sendRaw(server.address, request);
    expectRefusal(answer);
    expect(answer.status).toBe(status);
  });

  it.each([
    ['/things', 201, '/things/1'],
    ['/things/', 201, '/things/1'],
    ['/Things', 201, '/things/1'],
    ['/old/things', 200, undefined],
    ['/Old/Things/', 200, undefined],
  ])('answers POST %s with %i and the Location', async (path, status, location) => {
    const answer = await sendRaw(server.address, { ...things('{"name":"a"}'), path });
    expect([answer.status, answer.headers.location]).toEqual([status, location]);
  });

  it('limits how much of a bad request its answer quotes', async () => {
    const fields = Array.from({ length: 60_000 }, (_, n) => [`unknown${n}`, 0]);
    const answer = await sendRaw(server.address, things(JSON.stringify(Object.fromEntries(fields))));
    expectRefusal(answer);
    expect(answer.text.length).toBeLessThan(50_000);
  });

  it('answers HEAD as GET without the body', async () => {
    const [found, missing] = [
      await sendRaw(server.address, { method: 'HEAD', path: '/things/1' }),
      await sendRaw(server.address, { method: 'HEAD', path: '/nope' }),
    ];
    expect([found.status, found.text, missing.status, missing.text]).toEqual([200, '', 404, '']);
  });

  it.each([
    ['bytes that are not HTTP', 'hello\r\n\r\n', 400],
    ['a malformed length', 'POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400],
    ['two lengths', 'POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}', 400],
    ['headers of 20,000 characters', `GET /health HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('closes the connection on %s and keeps serving others', async (_what, bytes, status) => {
    expect(await firstLine(bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect((await fetch(`${server.address}/health`)).status).toBe(200);
  });
});

/** The first line of the server's answer to these bytes, once it has closed the connection. */
function firstLine(bytes: string): Promise<string> {
  const { hostname, port } = new URL(server.address);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk) => (received += chunk.toString('latin1')));
    socket.on('close', () => resolve(received.split('\r\n')[0] ?? ''));
    socket.on('error', reject);
  });
}
