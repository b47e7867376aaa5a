/** Placements repeated under an Idempotency-Key, through the whole running system. */
import { aKey, anotherOf, post, type Body } from './fixtures/keyed-placement';
import { addKitchen, anOrderOf, ask, call, type Kitchen } from './fixtures/platform';

let kitchen: Kitchen;
beforeAll(async () => {
  kitchen = await addKitchen();
});

/** The user's orders at the restaurant side. */
async function ordersOf({ user_id }: Body): Promise<string[]> {
  type Groups = { data?: { order_id: string }[] };
  const { body } = await call<Groups>('restaurant', 'GET', `/orders?user_id=${user_id}`);
  return body.data?.map(({ order_id }) => order_id) ?? [];
}

const another = (body: Body): Body => anotherOf(kitchen, body);

test('a repeated placement is the same order and gets the same answer', async () => {
  const [body, key] = [anOrderOf(kitchen), aKey()];
  const first = await post(body, key);
  expect(first).toMatchObject({ status: 201, answer: { status: 'PENDING' } });
  expect(await post(body, key)).toEqual(first);
  expect(await ordersOf(body)).toEqual([first.answer.order_id]);
});

test('a repeated placement with an equivalent body is the same order', async () => {
  const [body, key] = [anOrderOf(kitchen), aKey()];
  const { user_id, restaurants } = body;
  const one = { quantity: 1, menu_item_id: kitchen.soup.toUpperCase() };
  const first = await post(body, key);
  expect(first.status).toBe(201);
  const equivalents: [string, object][] = [
    ['fields in another order', { restaurants, user_id }],
    ['an item twice', { user_id, restaurants: [{ items: [one, one], restaurant_id: kitchen.id }] }],
    ['a restaurant twice', { user_id, restaurants: [1, 2].map(() => ({ restaurant_id: kitchen.id, items: [one] })) }],
    ['an unknown field', { ...body, comment: 'be quick' }],
  ];
  for (const [name, other] of equivalents) expect([name, await post(other, key)]).toEqual([name, first]);
  expect(await ordersOf(body)).toEqual([first.answer.order_id]);
});

test('another body under the same key is 422 and places nothing', async () => {
  const [body, key] = [anOrderOf(kitchen), aKey()];
  const first = await post(body, key);
  expect(await post(another(body), key)).toMatchObject({
    status: 422,
    answer: { success: false, code: 'KEY_REUSED', errors: [{ path: 'Idempotency-Key' }] },
  });
  expect(await ordersOf(body)).toEqual([first.answer.order_id]);
  expect(await post(body, key)).toEqual(first);
});

test('twenty placements at once under one key are one order, and all get the same answer', async () => {
  const [body, key] = [anOrderOf(kitchen), aKey()];
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(body, key)));
  const [first] = answers;
  expect(first?.status).toBe(201);
  expect(answers).toEqual(answers.map(() => first));
  expect(await ordersOf(body)).toEqual([first?.answer.order_id]);
});

test('twenty placements at once with two bodies are one order, and the other body is 422', async () => {
  const [body, key] = [anOrderOf(kitchen), aKey()];
  const bodies = [body, another(body)];
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => post(bodies[i % 2] ?? body, key)));
  const statuses = [0, 1].map((which) => answers.filter((_, i) => i % 2 === which).map(({ status }) => status));
  const all = (status: number): number[] => new Array<number>(10).fill(status);
  expect(statuses.sort()).toEqual([all(201), all(422)]);
  expect(await ordersOf(body)).toHaveLength(1);
});

test('the same key of another user is another order', async () => {
  const [body, key] = [anOrderOf(kitchen), aKey()];
  const theirs = anOrderOf(kitchen);
  const [first, other] = [await post(body, key), await post(theirs, key)];
  expect([first.status, other.status]).toEqual([201, 201]);
  expect(other.answer.order_id).not.toBe(first.answer.order_id);
  expect(await ordersOf(theirs)).toEqual([other.answer.order_id]);
});

test('the same body without a key, or under another key, is another order', async () => {
  const body = anOrderOf(kitchen);
  const ids = [
    (await ask('user', 'POST', '/orders', body)).body.order_id,
    (await ask('user', 'POST', '/orders', body)).body.order_id,
    (await post(body, aKey())).answer.order_id,
    (await post(body, aKey())).answer.order_id,
  ];
  expect(new Set(ids).size).toBe(4);
  expect((await ordersOf(body)).sort()).toEqual(ids.sort());
});
