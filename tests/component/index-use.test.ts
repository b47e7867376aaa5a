/** Large databases: no statement of an order scans a whole table, so an order costs the same as in an empty system. */
import { randomUUID } from 'node:crypto';
import { createLog } from '../../lib/logging/log';
import { listDeliveries } from '../../prisma/delivery/assignments';
import * as delivery from '../../prisma/delivery/client';
import { readFigures } from '../../prisma/delivery/matching';
import * as restaurant from '../../prisma/restaurant/client';
import { findOrderGroup } from '../../prisma/restaurant/orders';
import * as user from '../../prisma/user/client';
import { completeLogs } from '../../prisma/user/order-log-sweep';
import { listOrders, recordOrder, recordProgress } from '../../prisma/user/orders';
import { growFinishedOrders, growRestaurants } from '../../tools/bench/databases';
import { query } from '../../tools/platform/system';
import { assignAgent } from '../../workers/delivery/assign-agent';
import { changeDelivery } from '../../workers/delivery/change-delivery';
import { changeOrder } from '../../workers/restaurant/change-order';
import { placeOrder } from '../../workers/restaurant/place-order';
import { isolatedDatabase, type Isolated } from '../fixtures/isolation';
import { anOrder } from '../fixtures/orders';
import { aChange, anOrderOf, aPart, withRestaurant } from '../fixtures/restaurant';
import { plansOf, type Plans } from './fixtures/plans';
import { busyAgents, queueOrders } from './fixtures/waiting-orders';

const log = createLog('test', 'silent');
const rows = 5_000;
const waiting = 3_000;

let databases: Record<'user' | 'restaurant' | 'delivery', Isolated>;
let userDb: user.Database;
let restaurantDb: restaurant.Database;
let deliveryDb: delivery.Database;

beforeAll(async () => {
  const [ofUser, ofRestaurant, ofDelivery] = await Promise.all([
    isolatedDatabase('user'),
    isolatedDatabase('restaurant'),
    isolatedDatabase('delivery'),
  ]);
  databases = { user: ofUser, restaurant: ofRestaurant, delivery: ofDelivery };
  const urls = { user: ofUser.url, restaurant: ofRestaurant.url, delivery: ofDelivery.url };
  userDb = user.openDatabase(urls.user, 2, log);
  restaurantDb = restaurant.openDatabase(urls.restaurant, 2, log);
  deliveryDb = delivery.openDatabase(urls.delivery, 2, log);
  await query(
    urls.delivery,
    `INSERT INTO "DilveryAgent" (name, "userName", gender, agent_status)
     SELECT 'Courier', 'courier-' || i, 'FEMALE', CASE WHEN i % 2 = 0 THEN 'BUSY' ELSE 'AVAILABLE' END::"AgentStatus"
     FROM generate_series(1, ${rows}) i;
     INSERT INTO "DeclinedJob" ("orderId", "agentId")
     SELECT gen_random_uuid(), id FROM "DilveryAgent"`,
  );
  await growRestaurants(urls.restaurant, rows);
  await growFinishedOrders(urls, rows);
  await query(
    urls.user,
    `INSERT INTO "userRating" (id, user_order_id, order_rating, agent_rating, logged) SELECT gen_random_uuid(), id, 5, 4, true FROM "userOrder";
     ANALYZE`,
  );
});
afterAll(async () => {
  await Promise.all([userDb, restaurantDb, deliveryDb].map((db) => db.$disconnect()));
  await Promise.all(Object.values(databases).map((database) => database.drop()));
});

const expectIndexes = ({ indexes, wholeTables }: Plans, used: string[]): void => {
  expect(wholeTables).toEqual([]);
  expect(indexes).toEqual(expect.arrayContaining(used));
};

describe("the restaurants' database with 5,000 restaurants and as many orders", () => {
  const plans = (work: () => Promise<unknown>) => plansOf(databases.restaurant.url, work);

  test('is read by index when an order is placed', async () => {
    const order = anOrderOf(
      aPart(await withRestaurant(restaurantDb), 1, 2),
      aPart(await withRestaurant(restaurantDb), 1),
    );
    const place = () => placeOrder(restaurantDb)(order);
    expectIndexes(await plans(place), ['OrderGroup_pkey', 'Restaurant_pkey']);
    expect(await place()).toMatchObject({ outcome: 'created' }); // so the first call stored it
  });

  test('is read by index when an order or one part of it is confirmed and read', async () => {
    const kitchen = await withRestaurant(restaurantDb);
    const whole = anOrderOf(aPart(kitchen, 1));
    const inParts = anOrderOf(aPart(kitchen, 1));
    for (const order of [whole, inParts]) await placeOrder(restaurantDb)(order);
    const confirm = async () => {
      await changeOrder(restaurantDb)(aChange(whole, 'CONFIRMED'));
      await changeOrder(restaurantDb)({ ...aChange(inParts, 'CONFIRMED'), restaurant_id: kitchen.id });
    };
    expectIndexes(await plans(confirm), ['OrderGroup_pkey', 'Order_order_group_id_restaurant_id_key']);
    expectIndexes(await plans(() => findOrderGroup(restaurantDb, whole.order_id)), [
      'OrderGroup_pkey',
      'Order_order_group_id_restaurant_id_key',
      'OrderItem_order_id_menu_item_id_key',
      'MenuItem_pkey',
    ]);
  });
});

describe("the customers' database with 5,000 orders", () => {
  const plans = (work: () => Promise<unknown>) => plansOf(databases.user.url, work);
  const record = { order_id: randomUUID(), user_id: randomUUID(), placed_at: new Date().toISOString() };

  test('is written by index when an order is recorded and progresses', async () => {
    const { order_id } = anOrder();
    const write = async () => {
      await recordOrder(userDb, { order: { ...record, order_id }, bodyHash: 'a', maxOpenOrders: 20 });
      await recordProgress(userDb, {
        ...record,
        order_id,
        status: 'CONFIRMED',
        delivered: false,
        total: '1.00',
        reason: null,
      });
    };
    expectIndexes(await plans(write), ['userOrder_order_id_key', 'userOrder_open_idx']);
  });

  test('is read by index for the orders whose logs lack something', async () => {
    expectIndexes(await plans(() => completeLogs(userDb)), ['userOrder_unlogged_idx', 'userRating_unlogged_idx']);
  });

  test("is read by index for the first and the next page of a customer's history", async () => {
    const read = async () => {
      await listOrders(userDb, record.user_id, 20);
      await listOrders(userDb, record.user_id, 20, { at: new Date(), id: record.order_id });
    };
    expectIndexes(await plans(read), ['userOrder_user_id_placed_at_order_id_idx']);
  });
});

describe('the delivery database with 5,000 agents and as many deliveries', () => {
  const plans = (work: () => Promise<unknown>) => plansOf(databases.delivery.url, work);
  const notifyOrders = async () => undefined;
  const assign = (order_id: string) => assignAgent({ db: deliveryDb, notifyOrders })({ order_id });
  const move = (order_id: string, status: 'PICKED_UP' | 'DELIVERED') =>
    changeDelivery({ db: deliveryDb, notifyOrders })({ order_id, status });

  test('is read by index when an order gets a free agent at once and is delivered', async () => {
    const orderId = randomUUID();
    expectIndexes(await plans(() => assign(orderId)), [
      'DilveryAgent_free_idx',
      'DilveryAgent_pkey',
      'DeliveryAssignment_waiting_idx',
      'DeliveryAssignment_orderId_key',
    ]);
    expect(await assign(orderId)).toMatchObject({ outcome: 'assigned' });
    const deliver = async () => {
      await move(orderId, 'PICKED_UP');
      await move(orderId, 'DELIVERED');
    };
    expectIndexes(await plans(deliver), ['DilveryAgent_pkey']);
    expect(await move(orderId, 'DELIVERED')).toEqual({ outcome: 'unchanged' });
  });

  test('is read by index when a courier lists pending jobs', async () => {
    const { agent_id: agentId } = (await assign(randomUUID())) as { agent_id: string };
    const look = () => listDeliveries(deliveryDb, { agentId, status: 'PENDING' }, 1);
    const { wholeTables } = await plans(look);
    expect(wholeTables).toEqual([]);
    expect(await look()).toHaveLength(1);
  });

  test('is not scanned for finished deliveries when its figures are read', async () => {
    const { wholeTables } = await plans(() => readFigures(deliveryDb));
    // Counting the agents may scan their table: half of them are free.
    expect(wholeTables.filter((plan) => !plan.startsWith('DilveryAgent:'))).toEqual([]);
    const busy = await deliveryDb.assignment.count({ where: { status: { in: ['PENDING', 'PICKED_UP'] } } });
    const availableAgents = await deliveryDb.agent.count({ where: { agentStatus: 'AVAILABLE' } });
    expect(await readFigures(deliveryDb)).toEqual({
      availableAgents,
      busyAgents: busy,
      ordersWaiting: 0,
      oldestWaitSeconds: 0,
    });
  });

  test('is read by index with 3,000 waiting orders, when one more is queued and when a freed agent gets the oldest', async () => {
    const { url } = databases.delivery;
    await query(url, `UPDATE "DilveryAgent" SET agent_status = 'BUSY'`);
    const [first = '', second = ''] = await busyAgents(url, 2);
    await queueOrders(url, waiting);
    await query(url, 'ANALYZE');
    const { ordersWaiting, oldestWaitSeconds } = await readFigures(deliveryDb);
    expect(ordersWaiting).toBe(waiting);
    expect(oldestWaitSeconds).toBeGreaterThan(0);
    const oldest = await deliveryDb.assignment.findFirst({
      where: { status: 'PENDING', agentId: null },
      orderBy: [{ requestedAt: 'asc' }, { id: 'asc' }],
    });

    expectIndexes(await plans(() => assign(randomUUID())), [
      'DilveryAgent_free_idx',
      'DeliveryAssignment_waiting_idx',
      'DeliveryAssignment_orderId_key',
    ]);
    expectIndexes(await plans(() => move(first, 'DELIVERED')), [
      'DilveryAgent_free_idx',
      'DeliveryAssignment_waiting_idx',
      'DeliveryAssignment_orderId_key',
    ]);
    expect(await move(second, 'DELIVERED')).toEqual({ outcome: 'changed' });
    expect(await deliveryDb.assignment.findUnique({ where: { id: oldest?.id ?? '' } })).toMatchObject({
      agentId: expect.any(String) as string,
    });
  });
});
