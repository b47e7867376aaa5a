/** Open orders of an old database: rows that never had a workflow. The repair makes them orders like any other. */
import { createLog } from '../../lib/logging/log';
import type { PlaceOrderMessage } from '../../contracts/messages';
import * as deliveries from '../../prisma/delivery/client';
import * as restaurants from '../../prisma/restaurant/client';
import * as users from '../../prisma/user/client';
import { recordProgress } from '../../prisma/user/orders';
import { assignAgent } from '../../workers/delivery/assign-agent';
import { changeDelivery } from '../../workers/delivery/change-delivery';
import { changeOrder } from '../../workers/restaurant/change-order';
import { placeOrder } from '../../workers/restaurant/place-order';
import { anOrder } from '../fixtures/orders';
import { everywhere, type Everywhere } from './fixtures/everywhere';
import { addAgent, addKitchen, agentOf, anOrderOf, decide, deliver, isRateable, rate } from './fixtures/platform';
import { repair } from './fixtures/repairs';
import { hasEnded } from './fixtures/temporal-cli';

const log = createLog('test', 'silent');
let user: users.Database;
let restaurant: restaurants.Database;
let delivery: deliveries.Database;
beforeAll(() => {
  user = users.openDatabase(process.env.USER_DATABASE_URL ?? '', 2, log);
  restaurant = restaurants.openDatabase(process.env.RESTAURANT_DATABASE_URL ?? '', 2, log);
  delivery = deliveries.openDatabase(process.env.DELIVERY_DATABASE_URL ?? '', 2, log);
});
afterAll(() => Promise.all([user, restaurant, delivery].map((db) => db.$disconnect())));

/** The rows that old programs wrote for an order; the customer's record stays as it was at placement. */
const recorded = ({ order_id, user_id, placed_at }: PlaceOrderMessage) =>
  recordProgress(user, {
    order_id,
    user_id,
    placed_at,
    status: 'PENDING',
    delivered: false,
    total: null,
    reason: null,
  });
const stored = (order: PlaceOrderMessage) => placeOrder(restaurant)(order);
const decided = (status: 'CONFIRMED' | 'CANCELLED') => (order: PlaceOrderMessage) =>
  changeOrder(restaurant)({ ...order, status });
const notifyOrders = async (): Promise<void> => undefined;
const asked = async ({ order_id }: PlaceOrderMessage) => {
  await addAgent();
  await assignAgent({ db: delivery, notifyOrders })({ order_id });
};
const moved = (status: 'PICKED_UP' | 'DELIVERED') => async (order: PlaceOrderMessage) => {
  await agentOf(order); // another test's order may have taken the new agent; this one then waits for the next
  await changeDelivery({ db: delivery, notifyOrders })({ order_id: order.order_id, status });
};

type Step = (order: PlaceOrderMessage) => Promise<unknown>;
const confirmed: Step[] = [recorded, stored, decided('CONFIRMED')];

/** Placed so long ago that no message of it can be in flight. */
async function anOldOrder(steps: Step[]): Promise<PlaceOrderMessage> {
  const { user_id, restaurants: ordered } = anOrderOf(await addKitchen());
  const placed_at = new Date(Date.now() - 60 * 60_000).toISOString();
  const order = anOrder({ user_id, restaurants: ordered, placed_at });
  for (const step of steps) await step(order);
  return order;
}

async function isMended({ order_id }: PlaceOrderMessage): Promise<void> {
  expect(await repair(['--yes', '--order', order_id])).toMatchObject({
    code: 0,
    orders: [{ result: { repaired: true } }],
  });
}

const isDelivered = { record: 'CONFIRMED, delivered', page: 'CONFIRMED', group: 'CONFIRMED', delivery: 'DELIVERED' };

describe('an order of an old database', () => {
  test.each<[string, Step[]]>([
    ['is PENDING', [recorded, stored]],
    ['only its restaurant knows', [stored]],
    ['is CONFIRMED', confirmed],
    ['has its agent', [...confirmed, asked]],
    ['is picked up', [...confirmed, asked, moved('PICKED_UP')]],
  ])('that %s is delivered after a repair, and can be rated', async (_name, steps) => {
    const order = await anOldOrder(steps);
    await isMended(order);
    expect((await decide(order, 'CONFIRMED')).status).toBe(200);
    await addAgent();
    const agent_id = await agentOf(order);
    await deliver(order);
    await isRateable(order);
    expect(await everywhere({ ...order, agent_id })).toMatchObject({ ...isDelivered, agent: 'released' });
    expect((await rate(order, 5, 4)).status).toBe(201);
  });

  test("that was delivered, which the customer's record does not show, can be rated after a repair", async () => {
    const order = await anOldOrder([...confirmed, asked, moved('PICKED_UP'), moved('DELIVERED')]);
    await isMended(order);
    expect(await repair(['--yes', '--order', order.order_id])).toMatchObject({ code: 0, orders: [{ result: null }] });
    await isRateable(order);
    expect(await everywhere(order)).toMatchObject({ ...isDelivered, run: 'COMPLETED: SETTLED' });
    expect((await rate(order, 5, 4)).status).toBe(201);
  });

  test.each<[string, Step[], Partial<Everywhere>]>([
    ['its restaurant has refused', [recorded, stored, decided('CANCELLED')], { group: 'CANCELLED' }],
    ['never reached its restaurant', [recorded], { group: 'none' }],
  ])("that %s is cancelled in the customer's record too", async (_name, steps, left) => {
    const order = await anOldOrder(steps);
    await isMended(order);
    await hasEnded(order);
    expect(await everywhere(order)).toMatchObject({ ...left, record: 'CANCELLED', run: 'COMPLETED: CANCELLED' });
  });
});
