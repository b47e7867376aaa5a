/** Placements that are refused, through the whole running system: the answer says why, and nothing is left of them. */
import { randomUUID } from 'node:crypto';
import { until } from '../fixtures/until';
import { addKitchen, anOrderOf, call, historyOf, pageOf, place, type Kitchen } from './fixtures/platform';

type Placement = ReturnType<typeof anOrderOf>;

/** The full hour this far from now (UTC), as `HH:MM`. */
const hourFromNow = (hours: number): string =>
  `${String((new Date().getUTCHours() + hours + 24) % 24).padStart(2, '0')}:00`;

const kitchenOpen = (opening_time: string, closing_time: string): Promise<Kitchen> =>
  addKitchen({ opening_time, closing_time });

const change = async (kitchen: Kitchen, body: object): Promise<void> =>
  expect((await call('restaurant', 'PATCH', `/restaurants/${kitchen.id}`, body)).status).toBe(200);

/** The customer's history has at most the refusal; the restaurant has no order, and no courier is assigned. */
async function expectNothingLeft({ user_id }: Placement, reason: RegExp | null): Promise<void> {
  const orders = await historyOf({ user_id });
  if (reason === null) expect(orders).toEqual([]);
  else {
    expect(orders).toMatchObject([
      { status: 'CANCELLED', total: null, reason: expect.stringMatching(reason) as string },
    ]);
    const order_id = orders[0]?.order_id ?? '';
    expect((await call('delivery', 'GET', `/deliveries/${order_id}`)).status).toBe(404);
  }
  expect((await call('restaurant', 'GET', `/orders?user_id=${user_id}`)).status).toBe(404);
}

const unavailable: [string, RegExp, () => Promise<Placement>][] = [
  [
    'of an unknown restaurant',
    /does not exist/,
    async () => anOrderOf({ id: randomUUID(), soup: randomUUID(), stew: randomUUID() }),
  ],
  [
    'at a kitchen that is OFFLINE',
    /is offline/,
    async () => {
      const kitchen = await addKitchen();
      await change(kitchen, { status: 'OFFLINE' });
      return anOrderOf(kitchen);
    },
  ],
  [
    'at a kitchen that opens later',
    /is closed at \d\d:\d\d UTC/,
    async () => anOrderOf(await kitchenOpen(hourFromNow(2), hourFromNow(4))),
  ],
  [
    'at a kitchen that has closed after midnight',
    /is closed at \d\d:\d\d UTC/,
    async () => anOrderOf(await kitchenOpen(hourFromNow(3), hourFromNow(-3))),
  ],
  [
    'of an item that was removed from the menu after browsing',
    /has no menu item/,
    async () => {
      const kitchen = await addKitchen();
      await change(kitchen, { menu: [{ id: kitchen.soup, delete: true }] });
      return anOrderOf(kitchen);
    },
  ],
  [
    "of another restaurant's item beside one of its own",
    /has no menu item/,
    async () => {
      const [kitchen, other] = [await addKitchen(), await addKitchen()];
      return anOrderOf(kitchen, [
        { menu_item_id: kitchen.soup, quantity: 1 },
        { menu_item_id: other.soup, quantity: 1 },
      ]);
    },
  ],
  [
    'at two restaurants of which one is OFFLINE',
    /is offline/,
    async () => {
      const [kitchen, other] = [await addKitchen(), await addKitchen()];
      await change(other, { status: 'OFFLINE' });
      const order = anOrderOf(kitchen);
      return { ...order, restaurants: [...order.restaurants, ...anOrderOf(other).restaurants] };
    },
  ],
  [
    'that costs more than one order may',
    /exceeds the maximum of one order/,
    async () => {
      const kitchen = await addKitchen();
      await change(kitchen, { menu: [{ id: kitchen.soup, price: 99_999_999.99 }] });
      return anOrderOf(kitchen);
    },
  ],
  [
    'of 200 items at 50 unknown restaurants, the most that a placement may have',
    /does not exist; .*and 40 more/,
    async () => {
      const items = () => Array.from({ length: 4 }, () => ({ menu_item_id: randomUUID(), quantity: 10_000 }));
      const restaurants = Array.from({ length: 50 }, () => ({ restaurant_id: randomUUID(), items: items() }));
      return { user_id: randomUUID(), restaurants };
    },
  ],
];

test.each(unavailable)('a placement %s is 404, says why, and leaves nothing', async (_what, reason, order) => {
  const body = await order();
  const { status, body: answer } = await call('user', 'POST', '/orders', body);
  expect([status, answer.success, answer.detail]).toEqual([404, false, answer.message]);
  expect(answer.message).toMatch(reason);
  await until('the refusal is in the history', async () => (await historyOf(body))[0]?.status === 'CANCELLED');
  await expectNothingLeft(body, reason);
});

const malformed: [string, (kitchen: Kitchen) => Placement, RegExp][] = [
  [
    '1,000 items',
    (kitchen) =>
      anOrderOf(
        kitchen,
        Array.from({ length: 1_000 }, () => ({ menu_item_id: randomUUID(), quantity: 1 })),
      ),
    /^restaurants\.0\.items$/,
  ],
  [
    'an item twice that adds up to 20,000',
    (kitchen) => anOrderOf(kitchen, Array(2).fill({ menu_item_id: kitchen.soup, quantity: 10_000 }) as never),
    /quantity$/,
  ],
  ['half a soup', (kitchen) => anOrderOf(kitchen, [{ menu_item_id: kitchen.soup, quantity: 0.5 }]), /quantity$/],
];
test.each(malformed)('a placement of %s is 422, says where, and leaves nothing', async (_what, order, path) => {
  const body = order(await addKitchen());
  const { status, body: answer } = await call('user', 'POST', '/orders', body);
  expect([status, answer.success, answer.detail]).toEqual([422, false, answer.message]);
  expect(answer.errors?.[0]?.path).toMatch(path);
  await expectNothingLeft(body, null);
});

describe('a placement after a change of the menu', () => {
  test("has the menu's price at placement, and keeps it", async () => {
    const kitchen = await addKitchen();
    await change(kitchen, { menu: [{ id: kitchen.soup, price: 6.25 }] });
    const order = await place(anOrderOf(kitchen));
    await change(kitchen, { menu: [{ id: kitchen.soup, price: 100 }] });
    expect(await pageOf(order)).toMatchObject({
      total: 12.5,
      restaurants: [{ items: [{ quantity: 2, price: 6.25 }] }],
    });
  });

  test('ignores a price from the client', async () => {
    const kitchen = await addKitchen();
    const items = [{ menu_item_id: kitchen.soup, quantity: 2, price: 0.01 }];
    expect(await pageOf(await place(anOrderOf(kitchen, items)))).toMatchObject({ total: 9 });
  });
});

test('a kitchen that is open past midnight accepts an order during its night', async () => {
  const kitchen = await kitchenOpen(hourFromNow(-2), hourFromNow(-3));
  expect(await pageOf(await place(anOrderOf(kitchen)))).toMatchObject({ status: 'PENDING', total: 9 });
});

test('a restaurant named twice, in upper and lower case, is one part of the order', async () => {
  const kitchen = await addKitchen();
  const shouted = { id: kitchen.id.toUpperCase(), soup: kitchen.soup.toUpperCase(), stew: kitchen.stew };
  const order = anOrderOf(kitchen);
  const page = await pageOf(
    await place({ ...order, restaurants: [...order.restaurants, ...anOrderOf(shouted).restaurants] }),
  );
  expect(page.restaurants).toMatchObject([{ restaurant_id: kitchen.id, items: [{ quantity: 4 }] }]);
});

test.each([
  ['Latin', 'commande-été-1'],
  ['Cyrillic', Buffer.from('заказ №1 🍜').toString('latin1')],
])('an Idempotency-Key with letters of the %s alphabet works like any other', async (_what, key) => {
  const body = anOrderOf(await addKitchen());
  const headers = { 'Idempotency-Key': key };
  const [first, again] = [
    await call('user', 'POST', '/orders', body, headers),
    await call('user', 'POST', '/orders', body, headers),
  ];
  expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
  const other = await call('user', 'POST', '/orders', body, { 'Idempotency-Key': `${key}2` });
  expect(other.body.order_id).not.toBe(first.body.order_id);
});
