/** The restaurant API's restaurants and menus on a real database. */
import { randomUUID } from 'node:crypto';
import { createBrowsing } from '../../api/restaurant/browsing';
import { aRestaurant, restaurantApi, withRestaurant } from '../fixtures/restaurant';

let service: Awaited<ReturnType<typeof restaurantApi>>;

beforeAll(async () => {
  service = await restaurantApi();
});
afterAll(() => service.close());
beforeEach(() => service.clear());

interface Shown {
  id: string;
  name: string;
  menu: { id: string; name: string; price: number }[];
}

const paths = ['/restaurants', '/restaurants/available'];
async function openAt(hour: number | string, path = '/restaurants'): Promise<Shown[]> {
  const { status, body } = await service.call('GET', `${path}?hour=${hour}`);
  expect(status).toBe(200);
  const data = body.data as { count: number; restaurant_data: Shown[] };
  expect(data.count).toBe(data.restaurant_data.length);
  return data.restaurant_data;
}
const names = (restaurants: Shown[]) => restaurants.map(({ name }) => name);

test('the service reports that it is healthy', async () => {
  expect(await service.call('GET', '/health')).toMatchObject({ status: 200, body: { Success: true, message: 'Good' } });
});

describe('browsing, which needs no token,', () => {
  const reads = () => jest.spyOn(service.db, '$queryRaw');
  afterEach(() => jest.restoreAllMocks());

  test('costs one read for all who browse at once, and for those who come soon after', async () => {
    await withRestaurant(service.db, { name: 'Spice Garden' });
    const read = reads();
    const all = await Promise.all(Array.from({ length: 20 }, () => openAt(12)));
    await openAt(12);
    expect(all.map(names)).toEqual(all.map(() => ['Spice Garden']));
    expect(read).toHaveBeenCalledTimes(1);
  });

  test('shows what was changed here at once, also to those who asked while it was read', async () => {
    const { id } = await withRestaurant(service.db, { name: 'Spice Garden' });
    const asked = openAt(12);
    await service.call('PATCH', `/restaurants/${id}`, { name: 'Curry House' });
    await asked;
    expect(names(await openAt(12))).toEqual(['Curry House']);
  });

  test('keeps no failure', async () => {
    const browsing = createBrowsing(service.db);
    reads().mockImplementationOnce(() => Promise.reject(new Error('away')) as never);
    await expect(browsing.openAt(12)).rejects.toThrow('away');
    expect(JSON.parse(await browsing.openAt(12))).toMatchObject({ data: { count: 0 } });
  });
});

describe('a name that is taken', () => {
  const taken = {
    status: 400,
    body: { code: 'DUPLICATE', message: 'Duplicate entry: the name "Spice Garden" is taken' },
  };

  test.each(['/restaurants', '/add-restaurant'])('is refused by POST %s', async (path) => {
    await withRestaurant(service.db, { name: 'Spice Garden' });
    expect(await service.call('POST', path, aRestaurant({ name: ' Spice Garden ' }))).toMatchObject(taken);
    expect(names(await openAt(12))).toEqual(['Spice Garden']);
  });

  test.each(['/restaurants', '/update-restaurants'])(
    'is refused by PATCH %s/:id, which then changes nothing',
    async (path) => {
      await withRestaurant(service.db, { name: 'Spice Garden' });
      const { id } = await withRestaurant(service.db, { name: 'Curry House' });
      const menu = [{ name: 'Tea', price: 1, type: 'VEG' }];
      expect(await service.call('PATCH', `${path}/${id}`, { name: 'Spice Garden', menu })).toMatchObject(taken);
      expect(await openAt(12)).toMatchObject([{}, { name: 'Curry House', menu: [{}, {}] }]);
    },
  );

  test('may be sent again by the restaurant that has it', async () => {
    const { id } = await withRestaurant(service.db, { name: 'Spice Garden' });
    expect(await service.call('PATCH', `/restaurants/${id}`, { name: 'Spice Garden' })).toMatchObject({ status: 200 });
  });

  test('is given once to two who ask at once', async () => {
    const both = [1, 2].map(() => service.call('POST', '/restaurants', aRestaurant({ name: 'Spice Garden' })));
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([201, 400]);
  });
});

describe('adding a restaurant', () => {
  test('answers 201 with its Location on the canonical route, 200 on the old one', async () => {
    const before = new Date().toISOString();
    const added = await service.call('POST', '/restaurants', aRestaurant({ name: 'Spice Garden' }));
    const { restaurant_id, menu_ids } = added.body.data as { restaurant_id: string; menu_ids: string[] };
    expect(added).toMatchObject({ status: 201, body: { status: true } });
    expect(added.headers.get('location')).toBe(`/restaurants/${restaurant_id}`);
    expect(menu_ids).toHaveLength(2);

    const { body } = await service.call('GET', `/restaurants/${restaurant_id}`);
    const { created_at } = body.data as { created_at: string };
    expect(body.data).toEqual({
      id: restaurant_id,
      name: 'Spice Garden',
      description: null,
      opening_time: '00:00',
      closing_time: '23:59',
      status: 'ONLINE',
      rating: null,
      created_at,
      menu: [
        { id: menu_ids[0], name: 'Lentil soup', description: null, price: 4.5, type: 'VEG', created_at, restaurant_id },
        {
          id: menu_ids[1],
          name: 'Lamb stew',
          description: 'With bread',
          price: 12,
          type: 'NON_VEG',
          created_at,
          restaurant_id,
        },
      ],
    });
    expect(created_at >= before && created_at <= new Date().toISOString()).toBe(true);
    expect(await service.call('POST', '/add-restaurant', aRestaurant())).toMatchObject({
      status: 200,
      body: { status: true, data: { restaurant_id: expect.any(String) as string } },
    });
  });

  const soup = { name: 'Soup', price: 1, type: 'VEG' };
  test.each<[object, string]>([
    [{ name: ' ' }, 'name'],
    [{ opening_time: '9:00' }, 'opening_time'],
    [{ opening_time: '24:00' }, 'opening_time'],
    [{ opening_time: '10:00', closing_time: '10:00:00' }, 'closing_time'],
    [{ menu: [] }, 'menu'],
    [{ menu: [{ ...soup, price: -1 }] }, 'menu.0.price'],
    [{ menu: [{ ...soup, price: 1.005 }] }, 'menu.0.price'],
    [{ menu: [{ ...soup, price: 100_000_000 }] }, 'menu.0.price'],
    [{ menu: [{ ...soup, type: 'VEGAN' }] }, 'menu.0.type'],
    [{ menu: [{ ...soup, name: 'nul \u0000' }] }, 'menu.0.name'],
  ])('with %j is refused, naming the field, and stores nothing', async (override, path) => {
    const { status, body } = await service.call('POST', '/restaurants', { ...aRestaurant(), ...override });
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path, message: expect.any(String) as string }]);
    expect(await service.db.restaurant.count()).toBe(0);
  });
});

describe('browsing', () => {
  test.each(paths)('%s shows the restaurants open at an hour, oldest first, also past midnight', async (path) => {
    await withRestaurant(service.db, { name: 'Day', opening_time: '09:00:00', closing_time: '17:00:00' });
    await withRestaurant(service.db, { name: 'Night', opening_time: '17:00:00', closing_time: '02:00:00' });
    expect(names(await openAt(9, path))).toEqual(['Day']);
    expect(names(await openAt(17, path))).toEqual(['Day', 'Night']);
    expect(names(await openAt(0, path))).toEqual(['Night']);
    expect(names(await openAt(2, path))).toEqual(['Night']);
    expect(names(await openAt(3, path))).toEqual([]);
  });

  test('shows who is open at any minute of the hour', async () => {
    await withRestaurant(service.db, { name: 'Lunch', opening_time: '12:15:00', closing_time: '12:45:00' });
    await withRestaurant(service.db, { name: 'Late', opening_time: '23:50:00', closing_time: '00:10:00' });
    expect(names(await openAt(12))).toEqual(['Lunch']);
    expect(names(await openAt(11))).toEqual([]);
    expect(names(await openAt(13))).toEqual([]);
    expect(names(await openAt(23))).toEqual(['Late']);
    expect(names(await openAt(0))).toEqual(['Late']);
    expect(names(await openAt(1))).toEqual([]);
  });

  test('shows no OFFLINE restaurant and no deleted item', async () => {
    const { items } = await withRestaurant(service.db, { name: 'Open' });
    const offline = await withRestaurant(service.db, { name: 'Gone home' });
    await service.db.restaurant.update({ where: { id: offline.id }, data: { status: 'OFFLINE' } });
    await service.db.menuItem.update({ where: { id: items[0] }, data: { deletedAt: new Date() } });
    const [open, ...others] = await openAt(12);
    expect(others).toEqual([]);
    expect(open).toMatchObject({ name: 'Open', menu: [{ name: 'Lamb stew', price: 12 }] });
  });

  test('without an hour shows the restaurants open now; the old route needs an hour', async () => {
    await withRestaurant(service.db);
    expect(await service.call('GET', '/restaurants')).toMatchObject({ status: 200, body: { data: { count: 1 } } });
    expect(await service.call('GET', '/restaurants/available')).toMatchObject({ status: 422 });
  });

  test.each([24, -1])('at the hour %i is 400, at a malformed hour 422', async (hour) => {
    for (const path of paths) {
      expect(await service.call('GET', `${path}?hour=${hour}`)).toMatchObject({
        status: 400,
        body: { success: false },
      });
      expect(await service.call('GET', `${path}?hour=noon`)).toMatchObject({ status: 422, body: { success: false } });
    }
  });

  test.each([randomUUID(), '7'])('a restaurant with the unknown id %s is 404', async (id) => {
    expect(await service.call('GET', `/restaurants/${id}`)).toMatchObject({ status: 404, body: { success: false } });
  });
});

describe('changing a restaurant', () => {
  const change = (id: string, body: object) => service.call('PATCH', `/restaurants/${id}`, body);
  const shown = async (id: string) => (await service.call('GET', `/restaurants/${id}`)).body.data as Shown;

  test.each(['/restaurants', '/update-restaurants'])('by %s changes only the given fields', async (path) => {
    const { id } = await withRestaurant(service.db);
    const before = await shown(id);
    const body = { description: 'Closed for cleaning', status: 'OFFLINE', closing_time: '22:30' };
    expect(await service.call('PATCH', `${path}/${id}`, body)).toMatchObject({ status: 200, body: { status: true } });
    expect(await shown(id)).toEqual({ ...before, ...body, closing_time: '22:30' });
  });

  test('shows seconds only where they are not zero', async () => {
    const { id } = await withRestaurant(service.db, { opening_time: '09:00:00', closing_time: '17:00:30' });
    expect(await shown(id)).toMatchObject({ opening_time: '09:00', closing_time: '17:00:30' });
  });

  test('changes, removes and adds menu items in one request; orders still show removed items', async () => {
    const kitchen = await withRestaurant(service.db);
    const [soup, stew] = kitchen.items;
    const { order_id } = await service.placed(kitchen);
    const menu = [
      { id: soup, delete: true },
      { id: stew, price: 13.25 },
      { name: 'Tea', price: 0.9, type: 'VEG' },
    ];
    expect(await change(kitchen.id, { menu })).toMatchObject({ status: 200 });

    expect((await shown(kitchen.id)).menu.map(({ name, price }) => [name, price])).toEqual([
      ['Lamb stew', 13.25],
      ['Tea', 0.9],
    ]);
    const { body } = await service.call('GET', `/orders?order_id=${order_id}`);
    expect(body.data).toMatchObject([{ orders: [{ items: [{ menu_item: { id: soup, name: 'Lentil soup' } }] }] }]);
  });

  test("with another restaurant's, a removed or an unknown item is 404 and changes nothing", async () => {
    const [{ id, items }, other] = [await withRestaurant(service.db), await withRestaurant(service.db)];
    await change(id, { menu: [{ id: items[1], delete: true }] });
    const before = await shown(id);
    for (const item of [other.items[0], items[1], randomUUID(), '7']) {
      const menu = [
        { id: items[0], price: 1 },
        { id: item, price: 1 },
      ];
      expect(await change(id, { name: 'New', menu })).toMatchObject({ status: 404, body: { success: false } });
    }
    expect(await shown(id)).toEqual(before);
  });

  test.each([randomUUID(), '7'])('with the unknown id %s is 404', async (id) => {
    expect(await change(id, { name: 'New' })).toMatchObject({ status: 404 });
  });

  describe('whose menu would become too large', () => {
    const dishes = (count: number, bytes = 2) =>
      Array.from({ length: count }, () => ({ name: 'x', description: 'é'.repeat(bytes / 2), price: 1, type: 'VEG' }));

    test.each([
      ['would have 501 items; at most 500', dishes(400), dishes(99)],
      ['its texts would have 280170 bytes; at most 262144', dishes(80, 2_000), dishes(60, 2_000)],
    ])('(%s) changes nothing', async (message, stored, menu) => {
      const { id } = await withRestaurant(service.db);
      expect(await change(id, { menu: stored })).toMatchObject({ status: 200 });
      const before = await shown(id);
      const refused = await change(id, { name: 'New', menu });
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: 'menu', message }] } });
      expect(await shown(id)).toEqual(before);
    });

    test('is accepted if as much is removed', async () => {
      const { id, items } = await withRestaurant(service.db);
      const menu = [...items.map((each) => ({ id: each, delete: true })), ...dishes(500)];
      for (const part of [menu.slice(0, 300), menu.slice(300)])
        expect(await change(id, { menu: part })).toMatchObject({ status: 200 });
      expect((await shown(id)).menu).toHaveLength(500);
    });
  });

  test('changes of items leave what they do not name', async () => {
    const { id, items } = await withRestaurant(service.db);
    const [soup, stew] = items;
    const menu = [
      { id: soup, description: 'Hot', type: 'NON_VEG' },
      { id: stew, description: null, name: 'Stew' },
    ];
    expect(await change(id, { menu })).toMatchObject({ status: 200 });
    expect((await shown(id)).menu).toMatchObject([
      { name: 'Lentil soup', description: 'Hot', price: 4.5, type: 'NON_VEG' },
      { name: 'Stew', description: null, price: 12, type: 'NON_VEG' },
    ]);
  });

  const item = randomUUID();
  test.each<[object, string]>([
    [{ rating: 5 }, ''],
    [{ name: null }, 'name'],
    [{ status: 'CLOSED' }, 'status'],
    [{ opening_time: '23:59' }, 'closing_time'],
    [{ opening_time: '10:00', closing_time: '10:00' }, 'closing_time'],
    [{ menu: [{ name: 'Tea' }] }, 'menu.0.price'],
    [{ menu: [{ delete: true }] }, 'menu.0.id'],
    [{ menu: [{ id: item, cost: 1 }] }, 'menu.0'],
    [{ menu: [{ id: item, price: 'free' }] }, 'menu.0.price'],
    [
      {
        menu: [
          { id: item, price: 1 },
          { id: item.toUpperCase(), delete: true },
        ],
      },
      'menu',
    ],
  ])('with %j is refused, naming the field', async (body, path) => {
    const { id } = await withRestaurant(service.db);
    const answer = await change(id, body);
    expect(answer.status).toBe(422);
    expect((answer.body.errors as { path: string }[])[0]?.path).toBe(path);
  });
});
