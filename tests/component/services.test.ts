/** The user service's view of the other services over HTTP; here they are stand-ins that answer, fail or hang as a test wants. */
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

/** A service that answers so, with the number of requests that have reached it. */
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
const away = { status: 503, code: 'UNAVAILABLE', refusal: { retryAfterSeconds: 2 } };

describe('a service that fails', () => {
  it('is called no more after a few failures: the callers get their 503 at once', async () => {
    const failing = await aService(answering(500, {}));
    const services = servicesOf(failing.url, failing.url);
    for (let i = 0; i < 4; i++) await expect(services.restaurantsOpenAt(i)).rejects.toMatchObject(away);
    // At once: after a while it would be tried again.
    const asked = [4, 5, 6, 7, 8, 9].map((hour) => services.restaurantsOpenAt(hour));
    for (const each of asked) await expect(each).rejects.toMatchObject(away);
    expect(failing.requests.count).toBe(4);
  });

  it('keeps nobody from the other one', async () => {
    const failing = await aService(answering(500, {}));
    const fine = await aService(answering(404, {}));
    const services = servicesOf(failing.url, fine.url);
    for (let i = 0; i < 5; i++) await expect(services.restaurantOrder(orderId)).rejects.toMatchObject(away);
    await expect(services.delivery(orderId)).resolves.toBeNull();
  });

  it('by hanging is given up after its time', async () => {
    const hanging = await aService(() => undefined);
    await expect(servicesOf(hanging.url, hanging.url).delivery(orderId)).rejects.toMatchObject(away);
  });

  it('by an answer of another form is away too', async () => {
    const odd = await aService(answering(200, { data: [{ status: 'LOST' }] }));
    await expect(servicesOf(odd.url, odd.url).restaurantOrder(orderId)).rejects.toMatchObject(away);
    await expect(servicesOf(odd.url, odd.url).delivery(orderId)).rejects.toMatchObject(away);
  });
});

test('a 404 to browsing is no menu: something else answers there', async () => {
  const other = await aService(answering(404, {}));
  await expect(servicesOf(other.url, other.url).restaurantsOpenAt(3)).rejects.toMatchObject(away);
});

test('what a service does not know is no failure', async () => {
  const fine = await aService(answering(404, {}));
  const services = servicesOf(fine.url, fine.url);
  for (let i = 0; i < 10; i++) await expect(services.delivery(orderId)).resolves.toBeNull();
  expect(fine.requests.count).toBe(10);
});
