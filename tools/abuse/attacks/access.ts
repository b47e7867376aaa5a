/** Callers who want what is not theirs. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { SignJWT, UnsecuredJWT } from 'jose';
import { z } from 'zod';
import { tokenNames } from '../../../lib/config/access';
import { loadConfig } from '../../../lib/config/config';
import { aCourier, aCustomer, anOperator, aRestaurant } from '../../stack/access';
import { turn, type Attack, type AttackRequest, type Outcome } from '../attack';
import type { Order } from '../world';

/** Each for an operator, who may do everything. */
async function badTokens(): Promise<string[]> {
  const now = Math.floor(Date.now() / 1_000);
  const { AUTH_ISSUER: iss, AUTH_AUDIENCE: aud } = loadConfig(z.object(tokenNames), process.env);
  const claims = { ...anOperator, iss, aud };
  const signed = (more: object, secret = process.env['AUTH_SECRET']) =>
    new SignJWT({ ...claims, exp: now + 600, ...more })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(secret ?? ''));
  const [header = '', , signature = ''] = (await signed({})).split('.');
  const altered = Buffer.from(JSON.stringify({ ...claims, exp: now + 900 })).toString('base64url');
  return [
    await signed({ exp: now - 600 }),
    await signed({ exp: now + 365 * 24 * 3_600 }),
    await signed({ aud: 'another' }),
    await signed({}, 'a secret that only the attacker knows'),
    new UnsecuredJWT({ ...claims, exp: now + 600 }).encode(),
    [header, altered, signature].join('.'),
    'x'.repeat(8_000),
  ];
}

export const tokens: Attack = {
  name: 'forged, expired and unsigned tokens',
  bounds: 'authentication, rates',
  stoppedBy: [401],
  also: [429],
  async run({ world, flood, send }) {
    const tokens = await badTokens();
    const paths = world.orders.map(({ id }) => `/orders/${id}`);
    await flood(32, (number) => {
      const headers = { authorization: `Bearer ${turn(tokens, number)}` };
      return send({ service: 'user', method: 'GET', path: turn(paths, number), headers });
    });
  },
};

const caller = aCustomer(randomUUID());
const anotherRestaurant = aRestaurant(randomUUID());
const anotherCourier = aCourier(randomUUID());

/** What somebody who knows an order's id tries with it. */
function tries({ id, userId }: Order, restaurantId: string): AttackRequest[] {
  const order = {
    user_id: userId,
    restaurants: [{ restaurant_id: restaurantId, items: [{ menu_item_id: randomUUID(), quantity: 1 }] }],
  };
  const rating = { user_id: userId, order_id: id, order_rating: 1, agent_rating: 1 };
  return [
    { service: 'user', method: 'GET', path: `/orders/${id}`, caller },
    { service: 'user', method: 'GET', path: `/users/${userId}/orders`, caller },
    { service: 'user', method: 'POST', path: `/orders/${id}/cancel`, caller },
    { service: 'user', method: 'POST', path: '/orders', caller, body: order },
    { service: 'user', method: 'POST', path: '/ratings', caller, body: rating },
    { service: 'restaurant', method: 'GET', path: `/orders?order_id=${id}`, caller },
    {
      service: 'restaurant',
      method: 'POST',
      path: `/orders/${id}/decision`,
      caller: anotherRestaurant,
      body: { status: 'CANCELLED', reason: 'no' },
    },
    {
      service: 'restaurant',
      method: 'PATCH',
      path: `/restaurants/${restaurantId}`,
      caller: anotherRestaurant,
      body: { status: 'OFFLINE' },
    },
    {
      service: 'delivery',
      method: 'PATCH',
      path: `/deliveries/${id}`,
      caller: anotherCourier,
      body: { status: 'CANCELLED' },
    },
    { service: 'delivery', method: 'POST', path: '/agents', caller, body: {} },
  ];
}

export const othersOrders: Attack = {
  name: "other people's orders",
  bounds: 'authorization',
  stoppedBy: [403, 404],
  also: [400, 429],
  async run({ world, flood, send }) {
    const requests = world.orders.flatMap((order) => tries(order, world.kitchen.restaurant_id));
    await flood(32, (number) => send(turn(requests, number)));
  },
};

/** Requests as bytes, without their last line: paths that no client would send, and headers that could mislead a server or a proxy. */
const oddRequests = [
  'GET /docs/..%2f..%2fpackage.json HTTP/1.1\r\nHost: localhost',
  'GET /docs/../../../etc/passwd HTTP/1.1\r\nHost: localhost',
  'GET //orders//x HTTP/1.1\r\nHost: localhost',
  'GET /orders/%00 HTTP/1.1\r\nHost: localhost',
  'GET /orders/%E0%A4%A HTTP/1.1\r\nHost: localhost',
  'GET /orders/x HTTP/1.1\r\nHost: localhost\r\nX-Original-URL: /health\r\nX-Forwarded-For: 127.0.0.1',
  'GET /orders/x HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost',
  'GET /orders/x HTTP/1.1',
  'GET http://evil.example/orders/x HTTP/1.1\r\nHost: localhost',
  'POST /health HTTP/1.1\r\nHost: localhost\r\nX-HTTP-Method-Override: GET\r\nContent-Length: 0',
  'POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked',
  'POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5',
  'TRACE /orders HTTP/1.1\r\nHost: localhost',
  'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443',
  `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost`,
  `GET /orders/x HTTP/1.1\r\nHost: localhost${'\r\nX: 1'.repeat(200)}`,
  'not a request',
];

export const oddPaths: Attack = {
  name: 'paths, hosts and broken requests',
  bounds: 'headers, authentication',
  stoppedBy: [400, 401, 404, 431],
  also: [405, 429, 'cut', 'waiting'], // CONNECT is cut
  async run({ flood, dial, count, untilTheEnd }) {
    await flood(16, async (number) => {
      const socket = await dial('user');
      socket.write(`${turn(oddRequests, number)}\r\n\r\n`);
      count(await Promise.race([firstOutcome(socket), untilTheEnd().then((): Outcome => 'waiting')]));
      socket.destroy();
    });
  },
};

/** The status of the first answer; `cut` when the connection closes without one. */
async function firstOutcome(socket: Socket): Promise<Outcome> {
  const [chunk] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [unknown];
  const [, status] = /^HTTP\/1.1 (\d{3}) /.exec(Buffer.isBuffer(chunk) ? chunk.toString('latin1') : '') ?? [];
  return status === undefined ? 'cut' : Number(status);
}
