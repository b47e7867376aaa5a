/** Processes are replaced while orders are in progress: under load, by a newer build, and by a broken one. */
import { serverNames } from '../../tools/stack/addresses';
import { randomUUID } from 'node:crypto';
import {
  addKitchen,
  agentOf,
  anOrderOf,
  decide,
  deliver,
  events,
  once,
  pageOf,
  place,
  type Kitchen,
} from '../e2e/fixtures/platform';
import { until } from '../fixtures/until';
import { deploy, enoughAgents, makeCurrent, services, type Deployment } from './fixtures/deployment';
import { startLoad } from './fixtures/load';
import { ownServers, removeSystem } from './fixtures/own-system';
import { aBuild, removeBuilds, startProcess } from './fixtures/processes';

jest.setTimeout(180_000); // a whole system starts, on a busy machine

const customers = 3;

let deployment: Deployment;
let kitchen: Kitchen;
beforeAll(async () => {
  await ownServers(...serverNames);
  deployment = await deploy();
  kitchen = await addKitchen();
  await enoughAgents(2 * customers);
});
afterAll(async () => {
  await deployment.close();
  removeBuilds();
  await removeSystem();
});

test('every process is replaced under load, and no request is lost', async () => {
  const load = startLoad(kitchen, customers);
  for (const service of services) {
    await load.continuesFor(1);
    expect([service, await deployment.replace(service)]).toEqual([service, 0]);
  }
  await load.continuesFor(customers);
  await load.end();
  expect(load.lost).toEqual([]);
});

test('orders in progress move to a new build, which completes them', async () => {
  const orders = [await place(anOrderOf(kitchen)), await place(anOrderOf(kitchen))] as const;
  expect((await decide(orders[0], 'CONFIRMED')).status).toBe(200);
  await agentOf(orders[0]);

  const newer = aBuild((workflows) =>
    workflows.replace("'confirmed by the restaurant'", "'confirmed, says the new build'"),
  );
  expect(await deployment.replace('workers/order', newer)).toBe(0);

  expect((await decide(orders[1], 'CONFIRMED')).status).toBe(200);
  await agentOf(orders[1]);
  for (const order of orders) await deliver(order);
  expect(events(await pageOf(orders[1]))).toContain('confirmed, says the new build');
});

test('a build that cannot replay the orders in progress blocks them, and the previous build takes them back', async () => {
  const present = { id: randomUUID() };
  await deployment.replace('workers/order', present);
  const order = await place(anOrderOf(kitchen));

  // A timer that the orders in progress have not started: which is another command.
  const broken = aBuild((workflows) =>
    workflows.replace("run.emit({ type: 'placed'", "setTimeout(() => undefined, 60_000); run.emit({ type: 'placed'"),
  );
  const worker = await startProcess('workers/order', broken);
  await makeCurrent(broken);
  expect((await once.decide(order, 'CONFIRMED')).status).toBe(503);
  await until('the log shows the reason', () => worker.log().includes('Nondeterminism'));

  await makeCurrent(present);
  await until('the decision succeeds', async () => (await decide(order, 'CONFIRMED')).status === 200);
  expect(await worker.drain()).toBe(0);
  await agentOf(order);
  await deliver(order);
});
