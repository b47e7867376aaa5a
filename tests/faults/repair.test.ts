/** Orders whose workflow was terminated, lost or reset: found, and repaired where needed, on a system of their own. */
import { ratingWorkflowId } from '../../contracts/names';
import { everywhere } from '../e2e/fixtures/everywhere';
import { aKey, post } from '../e2e/fixtures/keyed-placement';
import {
  addAgent,
  addKitchen,
  anOrderOf,
  assigned,
  cancel,
  delivered,
  events,
  isReleased,
  move,
  once,
  pageOf,
  placed,
  rate,
  ratingsOf,
  type Kitchen,
  type Placed,
} from '../e2e/fixtures/platform';
import { repair, reset, resetBefore, runsOf, terminate } from '../e2e/fixtures/repairs';
import { forget, forgetMs, hasEnded, runOf, temporal } from '../e2e/fixtures/temporal-cli';
import { until } from '../fixtures/until';
import { runTool } from './fixtures/launched';
import { placeHeld } from './fixtures/held';
import { impatient, ownSystem, removeSystem, type OwnSystem } from './fixtures/own-system';
import { atEveryStage, completes, isDeliveredEverywhere, mend, needsNothing, pickedUp, stages } from './fixtures/ways';

jest.setTimeout(150_000); // parts start slowly on a busy machine

let system: OwnSystem;
let kitchen: Kitchen;
beforeAll(async () => {
  // Requests to a service that is down expire before it is back.
  system = await ownSystem(impatient);
  kitchen = await addKitchen();
}, 150_000);
afterAll(removeSystem);

async function placedUnderKey() {
  const [body, key] = [anOrderOf(kitchen), aKey()];
  const first = await post(body, key);
  const repeat = async (): Promise<void> => expect(await post(body, key)).toEqual(first);
  return { order_id: first.answer.order_id ?? '', user_id: body.user_id, repeat };
}

describe.each([
  ['was terminated', terminate],
  ['is gone from Temporal', forget],
])('an order whose run %s', (_how, lose) => {
  let orders: Map<string, Awaited<ReturnType<typeof placedUnderKey>>>;
  beforeAll(async () => {
    orders = await atEveryStage(placedUnderKey);
    await Promise.all([...orders.values()].map(lose));
  }, forgetMs + 30_000);

  test.each(stages)(
    'while it %s is delivered after a repair, and a repeated placement gets the first answer',
    async (stage) => {
      const order = orders.get(stage);
      if (!order) throw new Error(`no order that ${stage}`);
      expect(await repair(['--order', order.order_id])).toMatchObject({ code: 1, orders: [{ result: null }] });
      await mend(order);
      await needsNothing(order);
      await order.repeat();
      await completes(order);
      await order.repeat();
      await needsNothing(order);
    },
  );
});

describe.each([
  ['before it was recorded', 'worker-order'],
  ['before the restaurant side had it', 'worker-restaurant'],
] as const)('an order whose run was terminated %s', (_when, stopped) => {
  async function lost(): Promise<Placed> {
    await system.stop(stopped);
    const { order } = await placeHeld(kitchen);
    await terminate(order);
    await system.start(stopped);
    return order;
  }

  test('is placed again while it is fresh, and delivered', async () => {
    const order = await lost();
    // Without an id: no database needs to have the order.
    const { orders } = await repair([]);
    expect(orders).toContainEqual(expect.objectContaining({ order_id: order.order_id, remedy: { kind: 'restart' } }));
    await mend(order);
    await completes(order);
  });

  test("is CANCELLED when it is too old to be placed, also in the customer's record", async () => {
    const order = await lost();
    expect(await repair(['--yes', '--order', order.order_id], { PLACEMENT_LIMIT_MS: '1' })).toMatchObject({ code: 0 });
    await hasEnded(order);
    expect(await everywhere(order)).toMatchObject({ record: 'CANCELLED', group: 'none', run: 'COMPLETED: CANCELLED' });
    await needsNothing(order);
  });
});

test('an order whose run was terminated during its compensation is compensated to the end', async () => {
  const order = await assigned();
  await system.stop('worker-restaurant');
  expect((await once.cancel(order)).status).toBe(202);
  await until('its agent is released', () => isReleased(order.agent_id, order));
  await terminate(order);
  await system.start('worker-restaurant');
  await mend(order);
  await hasEnded(order);
  expect(await everywhere(order)).toMatchObject({
    record: 'CANCELLED',
    group: 'CANCELLED',
    orders: ['CANCELLED'],
    delivery: 'CANCELLED',
    agent: 'released',
    run: 'COMPLETED: CANCELLED',
  });
  await needsNothing(order);
});

describe('a rating whose workflow was terminated', () => {
  test('before it was stored is stored and counted', async () => {
    const order = await delivered();
    await system.stop('worker-order');
    expect((await rate(order, 4, 3)).status).toBe(202);
    await terminateRating(order);
    await system.start('worker-order');
    await isFoundAndCounted(order);
  });

  test('before it was sent is sent and counted', async () => {
    const order = await delivered();
    await system.stop('rabbitmq');
    expect([201, 202]).toContain((await rate(order, 4, 3)).status);
    await terminateRating(order);
    await system.start('rabbitmq');
    await isFoundAndCounted(order);
  });

  const terminateRating = ({ order_id }: Placed) =>
    temporal('workflow', 'terminate', '--workflow-id', ratingWorkflowId(order_id), '--reason', 'a test');

  /** Without an id: the repair has to find it. */
  async function isFoundAndCounted(order: Awaited<ReturnType<typeof delivered>>): Promise<void> {
    const found = expect.objectContaining({ order_id: order.order_id, remedy: { kind: 'rate' } }) as unknown;
    expect((await repair([])).orders).toContainEqual(found);
    await mend(order);
    await until('it is counted', async () => {
      const { agent, restaurant } = await ratingsOf(order);
      return agent === 3 && restaurant === 4;
    });
    await needsNothing(order);
  }
});

describe('a repair', () => {
  test('of everything changes no healthy order, in progress or ended', async () => {
    const ended = [await placed(), await delivered()].map(({ order_id, user_id }) => ({ order_id, user_id }));
    for (const order of ended) await cancel(order); // too late for the delivered one
    const orders = [...ended, ...(await atEveryStage(placed)).values()];

    const before = await Promise.all(orders.map(everywhere));
    expect(await repair(['--yes'])).toEqual({ code: 0, orders: [] });
    expect(await Promise.all(orders.map(everywhere))).toEqual(before);
    for (const order of orders) expect(await runsOf(order)).toBe(1);
    await addAgent(); // for the one that waits
  });

  test('of everything, repeated while orders are in progress, disturbs none of them', async () => {
    let going = true;
    const repairing = (async () => {
      const codes: number[] = [];
      while (going) codes.push((await repair(['--yes'])).code);
      return codes;
    })();
    const orders = await Promise.all(Array.from({ length: 12 }, placed));
    await Promise.all(orders.map(completes)).finally(() => (going = false));
    expect(new Set(await repairing)).toEqual(new Set([0]));
    for (const order of orders) expect(await runsOf(order)).toBe(1);
  });

  test('at the same time as another starts one run', async () => {
    const order = await placed();
    await terminate(order);
    const both = await Promise.all([1, 2].map(() => repair(['--yes', '--order', order.order_id])));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    await until('the new run is listed', async () => (await runsOf(order)) > 1);
    expect(await runsOf(order)).toBe(2);
    await completes(order);
  });

  test('by command shows what it finds, and repairs it with --yes', async () => {
    const order = await placed();
    await terminate(order);
    const shown = await runTool('repair', '--name', system.name);
    expect(shown.code).toBe(1);
    expect(shown.stdout).toContain(`${order.order_id}  PENDING   PENDING     -         TERMINATED  adopt it, placed`);
    const done = await runTool('repair', '--name', system.name, '--yes', '--order', order.order_id);
    expect(done.code).toBe(0);
    expect(done.stdout).toContain('1 of 1 repaired.');
    expect(await runOf(order)).toBe('RUNNING');
  });

  test('that does not take effect says so and exits with 1, until it has', async () => {
    const order = await assigned();
    await resetBefore('decide', order);
    await system.stop('worker-restaurant'); // the run gets its decision again, and cannot carry it out
    const without = await runTool('repair', '--name', system.name, '--yes', '--order', order.order_id);
    expect(without.code).toBe(1);
    expect(without.stdout).toMatch(/send it again: CONFIRMED +not in effect yet: repair it again\n/);
    expect(without.stdout).toContain('0 of 1 repaired.');
    await system.start('worker-restaurant');
    await until('it is in effect', async () => (await repair(['--yes', '--order', order.order_id])).code === 0);
    await completes(order);
    await needsNothing(order);
  });

  test('of an id that is no UUID exits with 2', async () => {
    expect((await runTool('repair', '--name', system.name, '--order', 'x')).code).toBe(2);
  });
});

describe('an order whose run was reset', () => {
  test('to its first step continues where the records have the order, and needs no repair', async () => {
    const order = await placed();
    await pickedUp(order);
    await reset(order, '--type', 'FirstWorkflowTask');
    await until('the new run has adopted the order', async () => events(await pageOf(order)).includes('adopted'));
    await completes(order);
    await needsNothing(order);
  });

  test('to before its pick-up, with the later updates reapplied, needs no repair', async () => {
    const order = await assigned();
    expect((await move(order, 'PICKED_UP')).status).toBe(200);
    await resetBefore('moveDelivery', order, []);
    await until('it has caught up', async () => events(await pageOf(order)).includes('picked up'));
    await needsNothing(order);
    await completes(order);
  });

  test.each(['decide', 'moveDelivery'])(
    'to before its first "%s", which is lost, gets it again from a repair, and is delivered',
    async (forgotten) => {
      const order = await placed();
      await pickedUp(order);
      await resetBefore(forgotten, order);
      await mend(order);
      await needsNothing(order);
      await completes(order);
    },
  );

  test.each([
    ['decide', 'COMPLETED: SETTLED'],
    ['moveDelivery', 'COMPLETED: DELIVERED'],
  ])('to before its first "%s" after the delivery is DELIVERED again after a repair', async (forgotten, run) => {
    const order = await delivered();
    await resetBefore(forgotten, order);
    // Without an id: the databases show that the order has ended.
    expect(await repair(['--yes'])).toMatchObject({ code: 0, orders: [{ order_id: order.order_id }] });
    await hasEnded(order);
    await isDeliveredEverywhere(order, run);
    await needsNothing(order);
  });

  test('to before its cancel, which is lost, is cancelled again by a repair', async () => {
    const order = await assigned();
    expect((await cancel(order)).status).toBe(200);
    const before = await everywhere(order);
    await resetBefore('cancel', order);
    await mend(order);
    expect(await everywhere(order)).toEqual(before);
  });
});
