/** Rate limits and CORS of the deployed processes, by their configuration. */
import { randomUUID } from 'node:crypto';
import { startProcess, type ServiceProcess } from '../faults/fixtures/processes';
import { aCustomer, authorization } from '../fixtures/tokens';
import { until } from '../fixtures/until';

const quota = 6;
let instances: ServiceProcess[] = [];
beforeAll(async () => {
  process.env.RATE_LIMIT_READS_PER_MINUTE = String(quota);
  process.env.CORS_ORIGINS = 'https://shop.example';
  const build = { id: '' };
  instances = await Promise.all(['api/user', 'api/user', 'api/restaurant'].map((each) => startProcess(each, build)));
});
afterAll(() => Promise.all(instances.map((instance) => instance.drain())));

test('a caller has one limit, shared by all instances of a service and by all services', async () => {
  // On a busy machine Redis may be too slow for an instance, which then counts on its own for a moment: try again with another customer.
  await until('the instances count together', async () => {
    expect(await threeRounds(randomUUID())).toEqual([
      [200, 200, 404], // 404: the customer has no orders, and the request counts anyway
      [200, 200, 404],
      [429, 429, 429],
    ]);
    return true;
  });
});

async function threeRounds(customer: string): Promise<number[][]> {
  const headers = await authorization(aCustomer(customer));
  const paths = [`/users/${customer}/orders`, `/users/${customer}/orders`, `/orders?user_id=${customer}`];
  const round = () =>
    Promise.all(
      instances.map(({ address }, n) => fetch(`${address}${paths[n]}`, { headers }).then((res) => res.status)),
    );
  return [await round(), await round(), await round()];
}

test('a page of a configured origin may send requests', async () => {
  for (const { address } of instances) {
    const { headers } = await fetch(`${address}/health`, { headers: { origin: 'https://shop.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('https://shop.example');
  }
});
