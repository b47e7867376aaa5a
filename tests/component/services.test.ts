/** The user service's HTTP client of the other services, against stand-ins that answer, fail or hang. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServices } from '../../api/user/services';
import { createLog } from '../../lib/logging/log';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A service with this behaviour, and the number of requests that it has received. */
async function aService(listener: RequestListener) {
  const requests = { count: 0 };
  const server = createServer((req, res) => {
    requests.count++;
    listener(req, res);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const answering = (status: number, body: object): RequestListener => {
  return (_req, res) => void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
const servicesOf = (restaurant: string, delivery: string) =>
  createServices({ urls: { restaurant, delivery }, authorize: async () => ({}), log: createLog('test', 'silent') });
const orderId = '00000000-0000-4000-8000-000000000001';
const unavailable = { status: 503, code: 'UNAVAILABLE', refusal: { retryAfterSeconds: 2 } };

describe('a service that fails', () => {
  it('is not called after a few failures: callers get a 503 at once', async () => {
    const failing = await aService(answering(500, {}));
    const services = servicesOf(failing.url, failing.url);
    for (let i = 0; i < 4; i++) await expect(services.restaurantsOpenAt(i)).rejects.toMatchObject(unavailable);
    // At once, before the service is tried again.
    const asked = [4, 5, 6, 7, 8, 9].map((hour) => services.restaurantsOpenAt(hour));
    for (const each of asked) await expect(each).rejects.toMatchObject(unavailable);
    expect(failing.requests.count).toBe(4);
  });

  it('does not affect the other one', async () => {
    const failing = await aService(answering(500, {}));
    const fine = await aService(answering(404, {}));
    const services = servicesOf(failing.url, fine.url);
    for (let i = 0; i < 5; i++) await expect(services.restaurantOrder(orderId)).rejects.toMatchObject(unavailable);
    await expect(services.delivery(orderId)).resolves.toBeNull();
  });

  it('for one kind of call is still asked for another', async () => {
    const partly = await aService((req, res) =>
      req.url?.startsWith('/orders') ? res.writeHead(500).end() : res.end('{"data":{}}'),
    );
    const services = servicesOf(partly.url, partly.url);
    for (let i = 0; i < 8; i++) await expect(services.restaurantOrder(orderId)).rejects.toMatchObject(unavailable);
    await expect(services.restaurantsOpenAt(3)).resolves.toBe('{"data":{}}');
  });

  it('by hanging is unavailable after the timeout', async () => {
    const hanging = await aService(() => undefined);
    await expect(servicesOf(hanging.url, hanging.url).delivery(orderId)).rejects.toMatchObject(unavailable);
  });

  it('by a malformed answer is unavailable too', async () => {
    const odd = await aService(answering(200, { data: [{ status: 'LOST' }] }));
    await expect(servicesOf(odd.url, odd.url).restaurantOrder(orderId)).rejects.toMatchObject(unavailable);
    await expect(servicesOf(odd.url, odd.url).delivery(orderId)).rejects.toMatchObject(unavailable);
  });
});

test('a 404 to browsing means unavailable: another server answers there', async () => {
  const other = await aService(answering(404, {}));
  await expect(servicesOf(other.url, other.url).restaurantsOpenAt(3)).rejects.toMatchObject(unavailable);
});

test('an answer that is too large to arrive in time is not a failure of the service', async () => {
  const large = await aService((_req, res) => void res.writeHead(200).write('{'));
  const services = servicesOf(large.url, large.url);
  const slow = Array.from({ length: 8 }, () => services.restaurantOrder(orderId));
  for (const each of slow) await expect(each).rejects.toMatchObject(unavailable);
  await expect(services.restaurantOrder(orderId)).rejects.toMatchObject(unavailable);
  expect(large.requests.count).toBe(9);
});

test('an unknown order is not a failure of the service', async () => {
  const fine = await aService(answering(404, {}));
  const services = servicesOf(fine.url, fine.url);
  for (let i = 0; i < 10; i++) await expect(services.delivery(orderId)).resolves.toBeNull();
  expect(fine.requests.count).toBe(10);
});
