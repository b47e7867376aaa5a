/** What an operator sees of an undo that does not get through, and of its end: on a system of its own, whose delivery side is stopped. */
import { createServer, type AddressInfo } from 'node:net';
import { addKitchen, anOrderOf, assigned, cancel, isReleased, once, pageOf, place } from '../e2e/fixtures/platform';
import { temporal } from '../e2e/fixtures/temporal-cli';
import { orderWorkflowId, searchAttributes } from '../../contracts/names';
import { until } from '../fixtures/until';
import { impatient, ownSystem, removeSystem, type OwnSystem } from './fixtures/own-system';

jest.setTimeout(150_000); // parts take their time to start on a busy machine

let system: OwnSystem;
let metricsAddress: string;
beforeAll(async () => {
  metricsAddress = await aFreeAddress();
  system = await ownSystem({ ...impatient, UNDO_ATTENTION_MS: '1000', METRICS_ADDRESS: metricsAddress });
}, 150_000);
afterAll(removeSystem);

async function aFreeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return `127.0.0.1:${port}`;
}

/** The value of a counter with this label, as Prometheus reads it; 0 before its first count. */
async function counted(name: string, label: string): Promise<number> {
  const lines = (await (await fetch(`http://${metricsAddress}/metrics`)).text()).split('\n');
  const line = lines.find((each) => each.startsWith(`${name}{`) && each.includes(label));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** The orders that whoever looks for failing undos finds. */
const found = (): Promise<string> =>
  temporal('workflow', 'list', '--query', `${searchAttributes.orderAttention} = 'UNDO_FAILING'`, '--output', 'json');

test('an undo that does not get through is found, logged and counted while it is called on, and ends by itself', async () => {
  const order = await assigned();
  const workflowId = orderWorkflowId(order.order_id);
  await system.stop('worker-delivery');
  expect((await once.cancel(order)).status).toBe(202);

  await until('it is found', async () => (await found()).includes(workflowId));
  expect((await pageOf(order)).timeline.map(({ event }) => event)).toContain('undo does not get through');
  await until('it is counted', async () => (await counted('order_undos_failing_total', 'service="delivery"')) === 1);
  expect(await counted('order_compensations_total', 'command="cancel"')).toBe(1);
  const lines = (await system.logOf('worker-order')).split('\n').filter((line) => line.includes('"undo-failing"'));
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { event: 'undo-failing', order_id: order.order_id, services: ['delivery'], workflow_id: workflowId },
  ]);

  await system.start('worker-delivery');
  expect((await cancel(order)).status).toBe(200);
  await until('it is not found any more', async () => !(await found()).includes(workflowId));
  expect(await isReleased(order.agent_id, order)).toBe(true);
});

test('an undo that gets through counts as a compensation alone', async () => {
  const compensations = await counted('order_compensations_total', 'command="cancel"');
  expect((await cancel(await place(anOrderOf(await addKitchen())))).status).toBe(200);
  await until('it is counted', async () => {
    return (await counted('order_compensations_total', 'command="cancel"')) === compensations + 1;
  });
  expect(await counted('order_undos_failing_total', 'service="restaurant"')).toBe(0);
});
