/** What an operator sees of a compensation that fails and later succeeds, on a system whose delivery worker is stopped. */
import {
  addKitchen,
  anOrderOf,
  assigned,
  cancel,
  events,
  isReleased,
  once,
  pageOf,
  place,
} from '../e2e/fixtures/platform';
import { temporal } from '../e2e/fixtures/temporal-cli';
import { orderWorkflowId, searchAttributes } from '../../contracts/names';
import { until } from '../fixtures/until';
import { impatient, ownSystem, removeSystem, type OwnSystem } from './fixtures/own-system';

jest.setTimeout(150_000); // parts start slowly on a busy machine

let system: OwnSystem;
beforeAll(async () => {
  system = await ownSystem({ ...impatient, UNDO_ATTENTION_MS: '1000' });
}, 150_000);
afterAll(removeSystem);

/** A metric of the order worker. */
const counted = async (name: string, labels: Record<string, string>): Promise<number | undefined> =>
  (await system.metricsOf('worker-order')).value(name, labels);
const delivery = { step: 'delivery' };
const done = { step: 'restaurant order', outcome: 'done' };

/** The orders that an operator finds by their search attribute. */
const found = (): Promise<string> =>
  temporal(
    'workflow',
    'list',
    '--query',
    `${searchAttributes.orderAttention.name} = 'UNDO_FAILING'`,
    '--output',
    'json',
  );

test('a failing compensation can be found, is logged and counted while it is retried, and ends once it succeeds', async () => {
  const order = await assigned();
  const workflowId = orderWorkflowId(order.order_id);
  await system.stop('worker-delivery');
  expect((await once.cancel(order)).status).toBe(202);

  await until('it can be found', async () => (await found()).includes(workflowId));
  expect(events(await pageOf(order))).toContain('undo keeps failing');
  await until('it is counted', async () => (await counted('order_undo_failures_total', delivery)) === 1);
  expect(await counted('order_compensations_total', delivery)).toBe(0); // of either outcome
  await until('it counts as failing', async () => (await counted('orders_with_failing_undo', {})) === 1);
  const lines = (await system.logOf('worker-order')).split('\n').filter((line) => line.includes('"undo-failing"'));
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { event: 'undo-failing', order_id: order.order_id, services: ['delivery'], workflow_id: workflowId },
  ]);

  await system.start('worker-delivery');
  expect((await cancel(order)).status).toBe(200);
  await until('it can no longer be found', async () => !(await found()).includes(workflowId));
  expect(await isReleased(order.agent_id, order)).toBe(true);
  await until('it is done', async () => (await counted('order_compensations_total', delivery)) === 1);
  await until('none is failing', async () => (await counted('orders_with_failing_undo', {})) === 0);
});

test('a compensation that succeeds at once counts as no failure', async () => {
  const before = await counted('order_compensations_total', done);
  expect((await cancel(await place(anOrderOf(await addKitchen())))).status).toBe(200);
  await until('it is counted', async () => (await counted('order_compensations_total', done)) === (before ?? 0) + 1);
  expect(await counted('order_undo_failures_total', { step: 'restaurant order' })).toBe(0);
});
