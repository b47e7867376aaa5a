/** Placements, accepted and refused, through the whole running system. */
import { randomUUID } from 'node:crypto';
import { policyOf } from '../../contracts/policy';
import type { OrderInput } from '../../contracts/workflow';
import { loadConfig, schemas } from '../../lib/config/config';
import { orderPolicy } from '../../lib/config/policy';
import { addKitchen, anOrderOf, call, cancel, decide, pageOf, place, placed } from './fixtures/platform';
import { workflow } from './fixtures/temporal-cli';

test('an order of two restaurants is one order with one total', async () => {
  const [first, second] = [await addKitchen(), await addKitchen()];
  const [one, other] = [anOrderOf(first), anOrderOf(second, [{ menu_item_id: second.stew, quantity: 1 }])];
  const order = await place({ ...one, restaurants: [...one.restaurants, ...other.restaurants] });
  const { total, restaurants } = await pageOf(order);
  expect(total).toBe(21);
  const parts = new Map(restaurants?.map((part) => [part.restaurant_id, part.total]));
  expect(parts).toEqual(
    new Map([
      [first.id, 9],
      [second.id, 12],
    ]),
  );

  expect((await decide(order, 'CONFIRMED')).body.data).toMatchObject({
    status: 'CONFIRMED',
    orders: [{ status: 'CONFIRMED' }, { status: 'CONFIRMED' }],
  });
  expect(await cancel(order)).toMatchObject({ status: 200 });
  const cancelled = await pageOf(order);
  expect(cancelled.restaurants?.map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
});

test('a restaurant or an item that is named twice is ordered once, quantities added', async () => {
  const kitchen = await addKitchen();
  const { user_id, restaurants } = anOrderOf(kitchen);
  const order = await place({ user_id, restaurants: [...restaurants, ...restaurants] });
  const page = await pageOf(order);
  expect(page).toMatchObject({ total: 18, restaurants: [{ items: [{ menu_item_id: kitchen.soup, quantity: 4 }] }] });
  expect(page.restaurants).toHaveLength(1);
});

describe('a placement', () => {
  test('of an item that the restaurant does not have is 404', async () => {
    const kitchen = await addKitchen();
    const stranger = [{ menu_item_id: randomUUID(), quantity: 1 }];
    const answer = await call('user', 'POST', '/orders', anOrderOf(kitchen, stranger));
    expect(answer).toMatchObject({ status: 404, body: { success: false, code: 'NOT_FOUND' } });
    expect(answer.body.detail).toBe(answer.body.message);
  });

  test("of another restaurant's item is 404", async () => {
    const [kitchen, other] = [await addKitchen(), await addKitchen()];
    const theirs = [{ menu_item_id: other.soup, quantity: 1 }];
    expect(await call('user', 'POST', '/orders', anOrderOf(kitchen, theirs))).toMatchObject({ status: 404 });
  });

  test.each([
    ['no item', (kitchen: { soup: string }) => [{ menu_item_id: kitchen.soup, quantity: 0 }], /quantity/],
    ['an id that is no UUID', () => [{ menu_item_id: '7', quantity: 1 }], /menu_item_id/],
  ])('of %s is 422 and names the field', async (_what, items, field) => {
    const kitchen = await addKitchen();
    const answer = await call('user', 'POST', '/orders', anOrderOf(kitchen, items(kitchen)));
    expect(answer).toMatchObject({ status: 422, body: { success: false } });
    expect(answer.body.errors?.[0]?.path).toMatch(field);
  });
});

test('an order has the time limits of the configuration', async () => {
  const order = await placed();
  const shown = await workflow('show', order, '--output', 'json');
  type Started = { workflowExecutionStartedEventAttributes: { input: { payloads: [{ data: string }] } } };
  const [started] = (JSON.parse(shown) as { events: [Started] }).events;
  const [{ data }] = started.workflowExecutionStartedEventAttributes.input.payloads;
  const input = JSON.parse(Buffer.from(data, 'base64').toString()) as OrderInput;
  expect(policyOf(input)).toEqual(orderPolicy(loadConfig(schemas.userApi, process.env))); // the services' environment is the test's
});
