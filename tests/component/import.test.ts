/** The import (docs/importing.md): from databases as the old platform leaves them, faults included, into our own. */
import { randomUUID } from 'node:crypto';
import type { OpenOrder } from '../../tools/import/adopt';
import type { Report } from '../../tools/import/import';
import type { OddityKind } from '../../tools/import/oddities';
import { anOldPlatform, type OldPlatform } from '../fixtures/old-platform';
import { aNewPlatform, bring, viewOf, type NewPlatform } from './fixtures/imports';

const idsOf = ({ oddities }: Report, kind: OddityKind): string[] =>
  oddities.find((each) => each.kind === kind)?.ids ?? [];

describe('orders that are in order', () => {
  let old: OldPlatform;
  let ours: NewPlatform;
  beforeAll(async () => {
    [old, ours] = [await anOldPlatform(), await aNewPlatform()];
  });
  afterAll(() => Promise.all([old.drop(), ours.drop()]));

  test('are brought over as they were: times as UTC, prices exactly, each rating counted once', async () => {
    const name = {
      name: 'Spice Garden',
      opening_time: '09:30',
      closing_time: '22:00',
      created_at: '2026-03-29 01:30:00',
    };
    const kitchen = await old.addRestaurant(name);
    const agent = await old.addAgent('AVAILABLE', { name: 'Asha' });
    const job = { delivery: 'DELIVERED', agent } as const;
    const { order_id, user_id, part } = await old.addOrder(kitchen, { ...job, rated: [4, 5] });
    await old.addOrder(kitchen, { ...job, rated: [5, 1], placedAt: '2026-03-30 12:00' });
    await old.addOrder(kitchen, { ...job, rated: [2, 2], placedAt: '2026-03-30 13:00' });
    const { report, adopted } = await bring(old, ours);
    await bring(old, ours);

    expect(report).toMatchObject({
      orders: { read: 3, new: 3 },
      restaurants: { read: 1, new: 1 },
      open: 0,
      oddities: [],
    });
    expect(adopted).toEqual([]);
    const view = viewOf(ours);
    expect(await view.record(order_id)).toEqual({
      user_id,
      status: 'CONFIRMED',
      delivered: true,
      total: '9.00',
      reason: null,
    });
    expect(await view.group(order_id)).toEqual({ status: 'CONFIRMED', total: '9.00', rating: 4 });
    expect(await view.delivery(order_id)).toEqual({
      agentId: agent,
      agentName: 'Asha',
      status: 'DELIVERED',
      rating: 5,
    });
    expect(await view.items(order_id)).toEqual([{ name: 'Item 0', quantity: 2, price: '4.50', total: '9.00' }]);
    expect(await ours.query('restaurant', 'SELECT id FROM "Order" WHERE order_group_id = $1', [order_id])).toEqual([
      { id: part },
    ]);
    expect(
      await ours.query(
        'restaurant',
        'SELECT opening_time, rating_sum, rating_count, rating, created_at::text AS at FROM "Restaurant"',
      ),
    ).toEqual([
      { opening_time: '09:30:00', rating_sum: 11, rating_count: 3, rating: 11 / 3, at: '2026-03-29 01:30:00+00' },
    ]);
    expect(
      await ours.query('delivery', 'SELECT agent_status, "ratingSum", "ratingCount", rating FROM "DilveryAgent"'),
    ).toEqual([{ agent_status: 'AVAILABLE', ratingSum: 8, ratingCount: 3, rating: 8 / 3 }]);
    expect(
      await ours.query('user', 'SELECT placed_at::text AS at FROM "userOrder" WHERE order_id = $1', [order_id]),
    ).toEqual([{ at: '2026-03-29 01:30:00.123+00' }]);
  });
});

/** One order, agent or restaurant for each fault. */
async function withFaults(old: OldPlatform) {
  const kitchen = await old.addRestaurant();
  const soup = { menu_item_id: kitchen.menu[0]?.id ?? '', quantity: 1, price: 4.5 };
  const [busy, free, two, cancelled] = [
    await old.addAgent('BUSY'),
    await old.addAgent('AVAILABLE'),
    await old.addAgent('BUSY'),
    await old.addAgent('BUSY'),
  ];
  const courier = await old.addAgent();
  const delivered = { delivery: 'DELIVERED', agent: courier } as const;
  const restaurants = {
    night: (await old.addRestaurant({ opening_time: '18:00', closing_time: '02:00' })).id,
    never: (await old.addRestaurant({ opening_time: '09:00', closing_time: '09:00' })).id,
    short: (await old.addRestaurant({ opening_time: '9:05', closing_time: '24:00' })).id,
    unreadable: (await old.addRestaurant({ opening_time: 'morning', closing_time: '22:00' })).id,
    unnamed: (await old.addRestaurant({ name: '\u200b' })).id,
  };
  const orders = {
    onlyUser: await old.addOrder(kitchen, { group: null }),
    onlyRestaurant: await old.addOrder(kitchen, { isRecorded: false, ...delivered }),
    onlyDelivery: await old.addOrder(kitchen, { isRecorded: false, group: null, delivery: 'PENDING', agent: busy }),
    noItems: await old.addOrder(kitchen, { group: 'PENDING', items: [] }),
    unassigned: await old.addOrder(kitchen),
    available: await old.addOrder(kitchen, { delivery: 'PENDING', agent: free }),
    newer: await old.addOrder(kitchen, { delivery: 'PENDING', agent: two, assignedAt: '2026-03-29 03:00' }),
    older: await old.addOrder(kitchen, { delivery: 'PENDING', agent: two, assignedAt: '2026-03-29 02:00' }),
    cancelled: await old.addOrder(kitchen, { group: 'CANCELLED', delivery: 'PICKED_UP', agent: cancelled }),
    deliveryCancelled: await old.addOrder(kitchen, { delivery: 'CANCELLED', agent: courier }),
    uncounted: await old.addOrder(kitchen, { ...delivered, rated: [3, 2], isCounted: false }),
    farTooGood: await old.addOrder(kitchen, { ...delivered, rated: [7, 0] }),
    free: await old.addOrder(kitchen, { ...delivered, items: [{ ...soup, price: 0 }] }),
    unknownItem: await old.addOrder(kitchen, {
      ...delivered,
      items: [{ ...soup, menu_item_id: randomUUID(), price: 0 }],
    }),
    twice: await old.addOrder(kitchen, {
      ...delivered,
      items: [soup, { ...soup, quantity: 2 }, { ...soup, quantity: 0 }],
    }),
    fine: await old.addOrder(kitchen, { ...delivered, items: [{ ...soup, price: 8.005 }] }),
    noUuid: await old.addOrder(kitchen, { id: 'order-1', ...delivered }),
    loud: await old.addOrder(kitchen, { id: randomUUID().toUpperCase(), ...delivered }),
  };
  await old.user.insert({ userOrder: [{ id: randomUUID(), user_id: randomUUID(), order_id: orders.free.order_id }] });
  return { agents: { busy, free, two, cancelled, courier }, restaurants, orders };
}

describe('a fault of the old data', () => {
  let old: OldPlatform;
  let ours: NewPlatform;
  let faults: Awaited<ReturnType<typeof withFaults>>;
  let report: Report;
  let adopted: Map<string, OpenOrder>;
  let view: ReturnType<typeof viewOf>;
  beforeAll(async () => {
    [old, ours] = [await anOldPlatform(), await aNewPlatform()];
    faults = await withFaults(old);
    const done = await bring(old, ours);
    report = done.report;
    adopted = new Map(done.adopted.map((open) => [open.order.order_id, open]));
    view = viewOf(ours);
  });
  afterAll(() => Promise.all([old.drop(), ours.drop()]));

  const isReported = (kind: OddityKind, id: string): void => expect(idsOf(report, kind)).toContain(id);
  const order = (name: keyof typeof faults.orders): string => faults.orders[name].order_id;

  test('an agent BUSY without an open assignment is AVAILABLE', async () => {
    expect(await view.agent(faults.agents.busy)).toMatchObject({ agent_status: 'AVAILABLE' });
    isReported('agent-busy', faults.agents.busy);
  });

  test('an agent AVAILABLE with an open assignment is BUSY', async () => {
    expect(await view.agent(faults.agents.free)).toMatchObject({ agent_status: 'BUSY' });
    expect(await view.delivery(order('available'))).toMatchObject({ agentId: faults.agents.free, status: 'PENDING' });
    isReported('agent-available', faults.agents.free);
  });

  test('of two open assignments of one agent the oldest stays, the other order waits for an agent', async () => {
    expect(await view.delivery(order('older'))).toMatchObject({ agentId: faults.agents.two, status: 'PENDING' });
    expect(await view.delivery(order('newer'))).toMatchObject({ agentId: null, status: 'PENDING' });
    expect([adopted.get(order('older'))?.stage, adopted.get(order('newer'))?.stage]).toEqual([
      'confirmed',
      'confirmed',
    ]);
    isReported('two-open-deliveries', order('newer'));
  });

  test('an order that the restaurant side never got is CANCELLED', async () => {
    expect(await view.record(order('onlyUser'))).toMatchObject({
      status: 'CANCELLED',
      reason: 'it never reached the restaurant',
    });
    expect(adopted.has(order('onlyUser'))).toBe(false);
    isReported('unknown-to-restaurant', order('onlyUser'));
  });

  test('an order that the user side does not know gets its record', async () => {
    const { order_id, user_id } = faults.orders.onlyRestaurant;
    expect(await view.record(order_id)).toMatchObject({ user_id, status: 'CONFIRMED', delivered: true, total: '9.00' });
    isReported('unknown-to-user', order_id);
  });

  test('an assignment of an order that nobody else knows is CANCELLED', async () => {
    expect(await view.delivery(order('onlyDelivery'))).toMatchObject({ status: 'CANCELLED' });
    expect(await view.record(order('onlyDelivery'))).toBeUndefined();
    isReported('unknown-to-both', order('onlyDelivery'));
  });

  test('a PENDING order without items is CANCELLED', async () => {
    expect(await view.record(order('noItems'))).toMatchObject({ status: 'CANCELLED', reason: 'its items were lost' });
    expect(await view.group(order('noItems'))).toMatchObject({ status: 'CANCELLED' });
    isReported('order-without-items', order('noItems'));
  });

  test('a confirmed order without an assignment goes on: its workflow asks for an agent', async () => {
    expect(adopted.get(order('unassigned'))).toMatchObject({ stage: 'confirmed', total: '9.00' });
    expect(await view.delivery(order('unassigned'))).toBeUndefined();
    isReported('confirmed-without-delivery', order('unassigned'));
  });

  test('the assignment of a CANCELLED order is CANCELLED, and its agent free', async () => {
    expect(await view.delivery(order('cancelled'))).toMatchObject({
      agentId: faults.agents.cancelled,
      status: 'CANCELLED',
    });
    expect(await view.agent(faults.agents.cancelled)).toMatchObject({ agent_status: 'AVAILABLE' });
    isReported('delivery-of-cancelled-order', order('cancelled'));
  });

  test('an order whose assignment is CANCELLED is CANCELLED', async () => {
    expect(await view.group(order('deliveryCancelled'))).toMatchObject({ status: 'CANCELLED' });
    expect(await view.record(order('deliveryCancelled'))).toMatchObject({ reason: 'its delivery was cancelled' });
    isReported('cancelled-by-delivery', order('deliveryCancelled'));
  });

  test('a rating that never reached the order and the assignment is there, and counted', async () => {
    expect(await view.group(order('uncounted'))).toMatchObject({ rating: 3 });
    expect(await view.delivery(order('uncounted'))).toMatchObject({ rating: 2 });
    isReported('rating-not-counted', order('uncounted'));
    const agents = await ours.query(
      'delivery',
      'SELECT "ratingSum", "ratingCount", rating FROM "DilveryAgent" WHERE rating IS NOT NULL',
    );
    expect(agents).toEqual([{ ratingSum: 3, ratingCount: 2, rating: 1.5 }]); // with the one below
  });

  test('a rating out of 1 to 5 is the nearest of these', async () => {
    expect(await view.group(order('farTooGood'))).toMatchObject({ rating: 5 });
    expect(await view.delivery(order('farTooGood'))).toMatchObject({ rating: 1 });
    expect(await ours.query('user', 'SELECT order_rating, agent_rating FROM "userRating" ORDER BY 1')).toContainEqual({
      order_rating: 5,
      agent_rating: 1,
    });
    expect(idsOf(report, 'rating-out-of-range').length).toBeGreaterThan(0);
  });

  test('an item price of 0.0 stays 0.00, and half a cent is rounded up', async () => {
    expect(await view.items(order('free'))).toEqual([{ name: 'Item 0', quantity: 1, price: '0.00', total: '0.00' }]);
    expect(await view.items(order('fine'))).toEqual([{ name: 'Item 0', quantity: 1, price: '8.01', total: '8.01' }]);
    expect([idsOf(report, 'item-price-zero').length, idsOf(report, 'price-rounded').length]).toEqual([2, 1]);
  });

  test('an unknown item has a stand-in that is on no menu', async () => {
    expect(await view.items(order('unknownItem'))).toMatchObject([{ name: 'Unknown item', quantity: 1 }]);
    expect(await ours.query('restaurant', 'SELECT name FROM "MenuItem" WHERE deleted_at IS NOT NULL')).toEqual([
      { name: 'Unknown item' },
    ]);
  });

  test('an item twice is one item, and one without a quantity is none', async () => {
    expect(await view.items(order('twice'))).toEqual([{ name: 'Item 0', quantity: 3, price: '4.50', total: '13.50' }]);
    expect([idsOf(report, 'item-twice').length, idsOf(report, 'quantity-not-positive').length]).toEqual([1, 1]);
  });

  test('an order under two users is that of the user whom the restaurant side names', async () => {
    expect(await view.record(order('free'))).toMatchObject({ user_id: faults.orders.free.user_id });
    isReported('order-of-two-users', order('free'));
  });

  test('an id that is no UUID has one that stands for it, and capitals are as good as small letters', async () => {
    isReported('id-not-uuid', 'order-1');
    expect(
      await ours.query('user', 'SELECT FROM "userOrder" WHERE order_id = $1', [order('loud').toLowerCase()]),
    ).toHaveLength(1);
    const records = await ours.query('user', 'SELECT FROM "userOrder"');
    expect(records).toHaveLength(Object.keys(faults.orders).length - 1); // but the one that only the delivery side knows
  });

  test('hours that we do not allow are the nearest that we do', async () => {
    const { night, never, short, unreadable, unnamed } = faults.restaurants;
    expect(await view.restaurant(night)).toMatchObject({ opening_time: '18:00:00', closing_time: '02:00:00' });
    expect(await view.restaurant(never)).toMatchObject({ opening_time: '09:00:00', closing_time: '09:01:00' });
    expect(await view.restaurant(short)).toMatchObject({ opening_time: '09:05:00', closing_time: '23:59:00' });
    expect(await view.restaurant(unreadable)).toMatchObject({ opening_time: '00:00:00', status: 'OFFLINE' });
    expect(await view.restaurant(unnamed)).toMatchObject({ name: 'Unnamed restaurant' });
    isReported('hours-past-midnight', night);
    isReported('hours-equal', never);
    isReported('hours-rewritten', short);
    isReported('hours-unreadable', unreadable);
    isReported('text-refused', unnamed);
  });
});

describe('an import', () => {
  let old: OldPlatform;
  const opened: NewPlatform[] = [];
  const aTarget = async (): Promise<NewPlatform> => {
    const ours = await aNewPlatform();
    opened.push(ours);
    return ours;
  };
  beforeAll(async () => {
    old = await anOldPlatform();
    await withFaults(old);
  });
  afterAll(() => Promise.all([old, ...opened].map((each) => each.drop())));

  test('changes nothing when it is dry, nor when it is repeated, and reports the same', async () => {
    const ours = await aTarget();
    const dry = await bring(old, ours, { dryRun: true });
    expect(await ours.rows()).toEqual([]);

    const first = await bring(old, ours);
    const rows = await ours.rows();
    expect(dry.report).toEqual(first.report);

    const second = await bring(old, ours);
    expect(await ours.rows()).toEqual(rows);
    expect(second.report.oddities).toEqual(first.report.oddities);
    expect(second.report.orders).toEqual({ read: first.report.orders.read, new: 0 });
  });

  test('that dies in any of its writes is continued', async () => {
    const [undisturbed, ours] = [await aTarget(), await aTarget()];
    const { writes } = await bring(old, undisturbed);
    for (let write = 1; write <= writes; write++)
      await expect(bring(old, ours, { diesAt: write })).rejects.toThrow('killed');
    await bring(old, ours);
    expect(await ours.rows()).toEqual(await undisturbed.rows());
  });

  test('leaves what is here as it is, and numbers a name that is taken', async () => {
    const ours = await aTarget();
    const mine = await anOldPlatform();
    try {
      const kitchen = await mine.addRestaurant({ name: 'Spice Garden' });
      const agent = await mine.addAgent('AVAILABLE', { userName: 'asha' });
      const { order_id, user_id } = await mine.addOrder(kitchen, { delivery: 'PENDING', agent });
      const hours = `'10:00', '11:00'`;
      await ours.query(
        'restaurant',
        `INSERT INTO "Restaurant" (name, opening_time, closing_time) VALUES ('Spice Garden', ${hours})`,
      );
      await ours.query(
        'delivery',
        `INSERT INTO "DilveryAgent" (name, "userName", gender) VALUES ('Other', 'asha', 'FEMALE')`,
      );
      await ours.query(
        'user',
        `INSERT INTO "userOrder" (order_id, user_id, placed_at, status) VALUES ($1, $2, now(), 'CANCELLED')`,
        [order_id, user_id],
      );
      const { report, adopted } = await bring(mine, ours);
      const view = viewOf(ours);
      expect(await view.restaurant(kitchen.id)).toMatchObject({ name: 'Spice Garden (2)' });
      expect(await view.agent(agent)).toMatchObject({ userName: 'asha (2)' });
      expect(idsOf(report, 'name-taken')).toEqual([kitchen.id, agent]);
      expect(await view.record(order_id)).toMatchObject({ status: 'CANCELLED' });
      expect(adopted).toEqual([]); // it has ended here
    } finally {
      await mine.drop();
    }
  });

  test('cancels open orders of long ago if it is told to', async () => {
    const ours = await aTarget();
    const { report, adopted } = await bring(old, ours, { cancelBefore: new Date() });
    expect(adopted).toEqual([]);
    expect(idsOf(report, 'cancelled-before')).toHaveLength(4);
    expect(await ours.query('delivery', `SELECT FROM "DilveryAgent" WHERE agent_status = 'BUSY'`)).toEqual([]);
  });
});
