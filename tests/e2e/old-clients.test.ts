/** What clients of the older platform read in the answers, field by field, under the old names (docs/contract.md). */
import { until } from '../fixtures/until';
import {
  addAgent,
  addKitchen,
  agentOf,
  anOrderOf,
  call,
  decide,
  deliver,
  isRateable,
  place,
} from './fixtures/platform';

const group = ['id', 'user_id', 'status', 'rating', 'placed_at', 'updated_at', 'orders'];
const part = ['id', 'user_id', 'status', 'placed_at', 'updated_at', 'order_group_id', 'restaurant_id'];
const item = ['id', 'order_id', 'menu_item_id', 'quantity', 'price', 'menu_item'];
const restaurant = ['id', 'name', 'description', 'opening_time', 'closing_time', 'rating', 'status', 'created_at'];
const menuItem = ['id', 'name', 'description', 'price', 'type', 'created_at', 'restaurant_id'];
const agent = ['id', 'name', 'userName', 'gender', 'agent_status', 'createdAt', 'updatedAt', 'assignments'];
const assignment = ['id', 'orderId', 'agentId', 'status', 'assignedAt', 'completedAt', 'rating'];
const rating = ['id', 'order_rating', 'agent_rating', 'user_order_id'];

type Row = Record<string, unknown>;
const rows = (value: unknown): Row[] => value as Row[];

/** Every field is there, and the times among them are ISO 8601 in UTC. */
function hasFields(row: unknown, fields: string[]): Row {
  const shown = row as Row;
  expect(Object.keys(shown)).toEqual(expect.arrayContaining(fields));
  for (const [name, value] of Object.entries(shown))
    if (/(_at|At)$/.test(name) && value !== null) expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return shown;
}

const found = async (path: string) => (await call('restaurant', 'GET', path)).body as { data: unknown };

test('an order is read as the older platform showed it, from the restaurant to the ratings', async () => {
  const kitchen = await addKitchen();
  const order = await place(anOrderOf(kitchen));
  const { order_id, user_id } = order;
  await addAgent();

  const decided = await call('restaurant', 'POST', `/change-order-status?order_id=${order_id}`, {
    status: 'CONFIRMED',
  });
  const changed = hasFields((decided.body as { data: unknown }).data, group);
  expect(changed).toMatchObject({ id: order_id, user_id, status: 'CONFIRMED', rating: null });
  for (const each of rows(changed['orders'])) hasFields(each, part);
  expect((await decide(order, 'CONFIRMED')).status).toBe(200);

  const agent_id = await agentOf(order);
  await deliver(order);
  await isRateable(order);
  const body = { user_id, order_id, order_rating: 4, agent_rating: 5 };
  const { body: rated } = await call('user', 'POST', '/dilvery-agent-rating', body);
  expect(hasFields((rated as { data: unknown }).data, rating)).toMatchObject({ order_rating: 4, agent_rating: 5 });

  const shown = await until("the order's rating is counted", async () => {
    const [only] = rows((await found(`/orders?order_id=${order_id}`)).data);
    return only?.['rating'] !== null && only;
  });
  expect(hasFields(shown, group)).toMatchObject({ id: order_id, order_id, user_id, status: 'CONFIRMED', rating: 4 });
  const [only] = rows(shown['orders']);
  expect(hasFields(only, [...part, 'restaurant', 'items'])).toMatchObject({
    order_group_id: order_id,
    user_id,
    restaurant_id: kitchen.id,
    placed_at: shown['placed_at'],
  });
  expect(hasFields(only?.['restaurant'], restaurant)).toMatchObject({ opening_time: '00:00', closing_time: '23:59' });
  const [line] = rows(only?.['items']);
  expect(hasFields(line, item)).toMatchObject({
    order_id: only?.['id'],
    menu_item_id: kitchen.soup,
    quantity: 2,
    price: 4.5,
  });
  expect(hasFields(line?.['menu_item'], menuItem)).toMatchObject({ id: kitchen.soup, restaurant_id: kitchen.id });

  const { body: agents } = await call('delivery', 'GET', '/get-all-dilvery-agent');
  const courier = hasFields(
    rows(agents).find(({ id }) => id === agent_id),
    agent,
  );
  const job = rows(courier['assignments']).find(({ orderId }) => orderId === order_id);
  expect(hasFields(job, assignment)).toMatchObject({ agentId: agent_id, status: 'DELIVERED' });
});

test.each([
  ['restaurant', '/restaurants/available?hour=12'],
  ['user', '/get-available-restaurants?hour=12'],
] as const)('a restaurant and its menu are read alike from the %s service', async (service, path) => {
  const { id } = await addKitchen({ closing_time: '22:30:15' });
  const listed = await until('the restaurant is listed, past the cache', async () => {
    const { body } = await call(service, 'GET', path);
    const { restaurant_data } = (body as { data: { restaurant_data: unknown } }).data;
    return rows(restaurant_data).find((each) => each['id'] === id);
  });
  expect(hasFields(listed, [...restaurant, 'menu'])).toMatchObject({ opening_time: '00:00', closing_time: '22:30:15' });
  for (const each of rows(listed['menu'])) hasFields(each, menuItem);
});
