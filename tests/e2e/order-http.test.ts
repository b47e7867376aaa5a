/** An order over HTTP, through the whole running system. */
import { randomUUID } from 'node:crypto';
import {
  addAgent,
  agentNamed,
  agentOf,
  aRestaurant,
  assigned,
  call,
  cancel,
  decide,
  delivered,
  events,
  isRateable,
  isReleased,
  move,
  pageOf,
  placed,
  rate,
} from './fixtures/platform';
import { until } from '../fixtures/until';

const aString = expect.any(String) as unknown;
const aUuid = expect.stringMatching(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/) as unknown;

test('an order goes from the menu to the rating', async () => {
  const restaurant = aRestaurant();
  const added = await call('restaurant', 'POST', '/restaurants', restaurant);
  expect(added).toMatchObject({ status: 201, body: { status: true, data: { restaurant_id: aString } } });
  const { restaurant_id, menu_ids } = added.body.data as { restaurant_id: string; menu_ids: string[] };
  expect(added.headers.get('location')).toBe(`/restaurants/${restaurant_id}`);
  await addAgent();

  type Menu = { data: { restaurant_data: { id: string; name: string; menu: { id: string; price: number }[] }[] } };
  const shown = await until('the restaurant is listed, as the list is cached for a while', async () => {
    const { body } = await call<Menu>('user', 'GET', '/restaurants?hour=12');
    return body.data.restaurant_data.find(({ id }) => id === restaurant_id);
  });
  expect(shown).toMatchObject({ name: restaurant.name, menu: [{ id: menu_ids[0], price: 4.5 }, { price: 12 }] });

  const user_id = randomUUID();
  const items = [
    { menu_item_id: menu_ids[0], quantity: 2 },
    { menu_item_id: menu_ids[1], quantity: 1 },
  ];
  const answer = await call('user', 'POST', '/orders', { user_id, restaurants: [{ restaurant_id, items }] });
  expect(answer).toMatchObject({
    status: 201,
    body: { order_id: aUuid, status: 'PENDING', message: aString },
  });
  expect(new Date(answer.body.placed_at ?? '').toISOString()).toBe(answer.body.placed_at);
  const order = { order_id: answer.body.order_id ?? '', user_id };
  expect(answer.headers.get('location')).toBe(`/orders/${order.order_id}`);
  expect(await pageOf(order)).toMatchObject({
    order_id: order.order_id,
    user_id,
    status: 'PENDING',
    delivery: null,
    agent: null,
    total: 21,
    restaurants: [{ restaurant_id, status: 'PENDING', total: 21 }],
    rating: null,
  });

  expect(await decide(order, 'CONFIRMED')).toMatchObject({
    status: 200,
    body: { status: true, data: { order_id: order.order_id, status: 'CONFIRMED', orders: [{ status: 'CONFIRMED' }] } },
  });
  const agentId = await agentOf(order);
  expect(await agentNamed(agentId)).toMatchObject({ agent_status: 'BUSY', assignments: [{ orderId: order.order_id }] });

  expect(await move(order, 'PICKED_UP')).toMatchObject({ status: 200, body: { success: true } });
  expect(await pageOf(order)).toMatchObject({ delivery: { status: 'PICKED_UP' } });
  expect(await move(order, 'DELIVERED')).toMatchObject({ status: 200, body: { success: true } });
  await until('the agent is released', () => isReleased(agentId, order));
  await isRateable(order);
  const { status, body: rated } = await rate(order, 5, 4);
  expect(status).toBe(201);
  expect(rated).toMatchObject({
    success: true,
    data: { id: aUuid, order_rating: 5, agent_rating: 4 },
  });

  const page = await pageOf(order);
  expect(page).toMatchObject({
    status: 'CONFIRMED',
    delivery: { status: 'DELIVERED' },
    rating: { order_rating: 5, agent_rating: 4 },
  });
  expect(events(page)).toEqual([
    'placed',
    'accepted by the restaurant side',
    'confirmed by the restaurant',
    'agent assigned',
    'picked up',
    'delivered',
  ]);
});

describe('an illegal step', () => {
  test('of a delivery before the restaurant has confirmed is 409', async () => {
    expect(await move(await placed(), 'PICKED_UP')).toMatchObject({
      status: 409,
      body: { code: 'ILLEGAL_TRANSITION' },
    });
  });

  test('of a delivery that skips the pick-up is 409 and changes nothing', async () => {
    const order = await assigned();
    expect(await move(order, 'DELIVERED')).toMatchObject({ status: 409, body: { code: 'ILLEGAL_TRANSITION' } });
    expect((await pageOf(order)).delivery).toEqual({ status: 'PENDING' });
  });

  test.each(['PICKED_UP', 'CANCELLED'] as const)('of a delivered order (%s) is 409', async (status) => {
    expect(await move(await delivered(), status)).toMatchObject({ status: 409, body: { code: 'ILLEGAL_TRANSITION' } });
  });

  test.each([
    ['the decision', () => decide({ order_id: randomUUID(), user_id: '' }, 'CONFIRMED')],
    ['the cancel', () => cancel({ order_id: randomUUID(), user_id: '' })],
    ['the delivery', () => move({ order_id: randomUUID(), user_id: '' }, 'PICKED_UP')],
    ['the delivery under an id that is no UUID', () => move({ order_id: 'seven', user_id: '' }, 'PICKED_UP')],
  ])('(%s) of an unknown order is 404', async (_what, send) => {
    expect(await send()).toMatchObject({ status: 404, body: { success: false } });
  });
});

test('a repeated step succeeds and changes nothing, also after the order has ended', async () => {
  const order = await assigned();
  expect((await decide(order, 'CONFIRMED')).status).toBe(200);
  expect([(await move(order, 'PICKED_UP')).status, (await move(order, 'PICKED_UP')).status]).toEqual([200, 200]);
  expect([(await move(order, 'DELIVERED')).status, (await move(order, 'DELIVERED')).status]).toEqual([200, 200]);
  expect((await decide(order, 'CONFIRMED')).status).toBe(200);
  const story = events(await pageOf(order));
  expect(story.filter((event) => event === 'picked up' || event === 'delivered')).toEqual(['picked up', 'delivered']);
});
