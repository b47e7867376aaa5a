/** Known cases of bad input: each gets the right status, names the wrong field, and changes nothing. */
import { serviceAlone, type ServiceAlone, type ServiceName } from '../fixtures/alone';
import { expectRefusal } from '../fixtures/raw-http';
import { aRestaurant } from '../fixtures/restaurant';

/** The description, the request, the status, and for 422 the path of the wrong field. `:id` is an existing restaurant, or an unknown id. */
type Case = [what: string, request: string, body: object | string | undefined, status: number, place?: string];

const ids = Array.from({ length: 1_000 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const [user = '', item = ''] = ids;
const items = (count: number, quantity: unknown = 1) =>
  ids.slice(0, count).map((id) => ({ menu_item_id: id, quantity }));
const part = (ofItems: unknown) => ({ restaurant_id: user, items: ofItems });
const placement = (...restaurants: unknown[]) => ({ user_id: user, restaurants });
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const cursor = (at: string, id = user) => Buffer.from(`${at} ${id}`).toString('base64url');
const long = 'x'.repeat(10_000);
const megabyte = 'x'.repeat(1_000_000);

const invisible = '\u200b\u3164';
const red = '\u001b[31mred';
/** Texts that a field for texts of people refuses. */
const textsAt = (request: string, body: object, field: string): Case[] => [
  [`a ${field} that nobody sees`, request, { ...body, [field]: invisible }, 422, field],
  [`a ${field} with a terminal escape`, request, { ...body, [field]: red }, 422, field],
];
/** The same for one that has one line. */
const linesAt = (request: string, body: object, field: string): Case[] => [
  ...textsAt(request, body, field),
  [`a ${field} of two lines`, request, { ...body, [field]: 'one\ntwo' }, 422, field],
];

const placements: Case[] = ['/orders', '/place-order'].flatMap((path) => [
  ['1,000 items of a restaurant', `POST ${path}`, placement(part(items(1_000))), 422, 'restaurants.0.items'],
  [
    '201 items of two restaurants',
    `POST ${path}`,
    placement(part(items(101)), { restaurant_id: item, items: items(100) }),
    422,
    'restaurants',
  ],
  ['51 restaurants', `POST ${path}`, placement(...ids.slice(0, 51).map(() => part(items(1)))), 422, 'restaurants'],
  [
    'an item twice that adds up to too many',
    `POST ${path}`,
    placement(part([...items(1, 6_000), ...items(1, 6_000)])),
    422,
    'restaurants.0.items.0.quantity',
  ],
  [
    'a restaurant twice that adds up to too many items',
    `POST ${path}`,
    placement(part(items(200)), part(items(201).slice(1))),
    422,
    'restaurants.0.items',
  ],
  ['a negative quantity', `POST ${path}`, placement(part(items(1, -1))), 422, 'restaurants.0.items.0.quantity'],
  ['half an item', `POST ${path}`, placement(part(items(1, 0.5))), 422, 'restaurants.0.items.0.quantity'],
  ['a quantity as text', `POST ${path}`, placement(part(items(1, '1'))), 422, 'restaurants.0.items.0.quantity'],
  [
    'a quantity too large for a double',
    `POST ${path}`,
    JSON.stringify(placement(part(items(1, 77)))).replace('77', '1e400'),
    422,
    'restaurants.0.items.0.quantity',
  ],
  ['nested items', `POST ${path}`, `{"user_id":"${user}","restaurants":${nested(10)}}`, 422, 'restaurants.0'],
  [
    'deeply nested items',
    `POST ${path}`,
    `{"user_id":"${user}","restaurants":${nested(50_000)}}`,
    422,
    '', // a body that is too deep is not validated further
  ],
  [
    'a user id in the prototype',
    `POST ${path}`,
    `{"__proto__":{"user_id":"${user}"},"restaurants":[]}`,
    422,
    'user_id',
  ],
  [
    'a user id twice, the second malformed',
    `POST ${path}`,
    `{"user_id":"${user}","user_id":7,"restaurants":[]}`,
    422,
    'user_id',
  ],
  [
    'items that are an array-like object',
    `POST ${path}`,
    placement(part({ length: 1, 0: {} })),
    422,
    'restaurants.0.items',
  ],
]);

const hours = (path: string): Case[] => [
  ...['', '%20', '0x10', '1e1', '1.5', 'noon', '%00', '1&hour=2'].map((hour): Case => [
    `the hour "${hour}"`,
    `GET ${path}?hour=${hour}`,
    undefined,
    422,
    'hour',
  ]),
  ...['24', '-1', '9'.repeat(400)].map((hour): Case => [
    `the hour ${hour.slice(0, 9)}`,
    `GET ${path}?hour=${hour}`,
    undefined,
    400,
  ]),
];

const pages = (path: string): Case[] => [
  ...['', '0', '101', '-1', '1.5', '1e1', '0x5', '9'.repeat(400), '1&limit=2'].map((limit): Case => [
    `the limit "${limit.slice(0, 9)}"`,
    `GET ${path}?limit=${limit}`,
    undefined,
    422,
    'limit',
  ]),
  ...[
    '',
    'AAAA',
    cursor('0000-01-01T00:00:00Z'),
    cursor('+010000-01-01T00:00:00Z'),
    cursor('2026-02-30T00:00:00Z'),
    cursor('2026-01-01T00:00:00Z', '7'),
    cursor('2026-01-01T00:00:00Z', `${user} `),
    'x'.repeat(201),
    'a&cursor=b',
  ].map((given): Case => [
    `the cursor "${given.slice(0, 40)}"`,
    `GET ${path}?cursor=${given}`,
    undefined,
    422,
    'cursor',
  ]),
];

const cases: Record<ServiceName, Case[]> = {
  user: [
    ...placements,
    ...['/ratings', '/dilvery-agent-rating'].flatMap((path): Case[] => [
      ['a malformed order id', `POST ${path}`, { user_id: user, order_id: '7', order_rating: 1, agent_rating: 5 }, 400],
      [
        'an order id that is null',
        `POST ${path}`,
        { user_id: user, order_id: null, order_rating: 1, agent_rating: 5 },
        422,
        'order_id',
      ],
      ['an unknown order', `POST ${path}`, { user_id: user, order_id: item, order_rating: 1, agent_rating: 5 }, 400],
      [
        'a rating of 0',
        `POST ${path}`,
        { user_id: user, order_id: item, order_rating: 0, agent_rating: 5 },
        422,
        'order_rating',
      ],
      [
        'a rating of 5.01',
        `POST ${path}`,
        { user_id: user, order_id: item, order_rating: 1, agent_rating: 5.01 },
        422,
        'agent_rating',
      ],
    ]),
    ['a reason that is too long', 'POST /orders/:id/cancel', { reason: 'x'.repeat(501) }, 422, 'reason'],
    ['a reason with NUL', 'POST /orders/:id/cancel', { reason: 'a\u0000' }, 422, 'reason'],
    ...textsAt('POST /orders/:id/cancel', {}, 'reason'),
    ['a reason with half a surrogate pair', 'POST /orders/:id/cancel', '{"reason":"\\ud83c"}', 422, 'reason'],
    ['an array', 'POST /orders/:id/cancel', [], 422, ''],
    ['a malformed id', 'POST /orders/7/cancel', undefined, 404],
    ['an id that cannot be decoded', 'POST /orders/%E0%A4%A/cancel', undefined, 404],
    ['a malformed id', 'GET /orders/7', undefined, 404],
    ['an id that cannot be decoded', 'GET /orders/%E0%A4%A', undefined, 404],
    ['a malformed user id', 'GET /users/7/orders', undefined, 404],
    ...hours('/restaurants'),
    ...hours('/get-available-restaurants'),
    ['no hour', 'GET /get-available-restaurants', undefined, 422, 'hour'],
    ...pages('/users/:id/orders'),
  ],
  restaurant: [
    ...placements.filter(([, request]) => request === 'POST /orders'),
    ...['/restaurants', '/add-restaurant'].flatMap((path): Case[] => [
      [
        'a menu of 501 items',
        `POST ${path}`,
        { ...aRestaurant(), menu: Array(501).fill(aRestaurant().menu[0]) },
        422,
        'menu',
      ],
      ['a menu of half a million items', `POST ${path}`, `{"menu":[${'0,'.repeat(500_000)}0]}`, 413],
      ['more than 10,000 values', `POST ${path}`, `{"menu":[${'0,'.repeat(10_000)}0]}`, 422, ''],
      ['a name of 10,000 characters', `POST ${path}`, { ...aRestaurant(), name: long }, 422, 'name'],
      ['a name of a megabyte', `POST ${path}`, { ...aRestaurant(), name: megabyte }, 413],
      ...linesAt(`POST ${path}`, aRestaurant(), 'name'),
      ...textsAt(`POST ${path}`, aRestaurant(), 'description'),
      [
        'an item that nobody sees',
        `POST ${path}`,
        { ...aRestaurant(), menu: [{ ...aRestaurant().menu[0], name: invisible }] },
        422,
        'menu.0.name',
      ],
      ['a name of half a surrogate pair', `POST ${path}`, { ...aRestaurant(), name: '\ud800' }, 422, 'name'],
      [
        'an item whose price is text',
        `POST ${path}`,
        { ...aRestaurant(), menu: [{ name: 'Tea', price: '1', type: 'VEG' }] },
        422,
        'menu.0.price',
      ],
    ]),
    ...['/restaurants/:id', '/update-restaurants/:id'].flatMap((path): Case[] => [
      [
        '5,000 unknown fields',
        `PATCH ${path}`,
        Object.fromEntries(ids.flatMap((id) => [0, 1, 2, 3, 4].map((n) => [`${id}${n}`, 0]))),
        422,
        '',
      ],
      [
        'a good name and a bad item',
        `PATCH ${path}`,
        {
          name: 'New',
          menu: [
            { name: 'Tea', price: 1, type: 'VEG' },
            { id: item, price: -1 },
          ],
        },
        422,
        'menu.1.price',
      ],
      [
        'a good name and an unknown item',
        `PATCH ${path}`,
        {
          name: 'New',
          menu: [
            { name: 'Tea', price: 1, type: 'VEG' },
            { id: item, price: 1 },
          ],
        },
        404,
      ],
      ['an item whose id has 10,000 characters', `PATCH ${path}`, { name: 'New', menu: [{ id: long, price: 1 }] }, 404],
      ...linesAt(`PATCH ${path}`, {}, 'name'),
      ...textsAt(`PATCH ${path}`, {}, 'description'),
      ['an item with a terminal escape', `PATCH ${path}`, { menu: [{ id: item, name: red }] }, 422, 'menu.0.name'],
      ['an own property __proto__', `PATCH ${path}`, '{"__proto__":{"name":"New"}}', 422, ''],
      ['a rating', `PATCH ${path}`, { name: 'New', rating: 5 }, 422, ''],
      [
        'an opening time equal to the closing time',
        `PATCH ${path}`,
        { name: 'New', opening_time: '23:59' },
        422,
        'closing_time',
      ],
    ]),
    ['an id that cannot be decoded', 'PATCH /restaurants/%E0%A4%A', { name: 'New' }, 404],
    ['a malformed order id', 'POST /orders/7/decision', { status: 'CONFIRMED' }, 404],
    ['a reason with NUL', 'POST /orders/:id/decision', { status: 'CANCELLED', reason: '\u0000' }, 422, 'reason'],
    ...textsAt('POST /orders/:id/decision', { status: 'CANCELLED' }, 'reason'),
    ['no order id', 'POST /change-order-status', { status: 'CONFIRMED' }, 422, 'order_id'],
    [
      'two order ids',
      `POST /change-order-status?order_id=${user}&order_id=${item}`,
      { status: 'CONFIRMED' },
      422,
      'order_id',
    ],
    ['a malformed order id', 'POST /orders/7/agent', undefined, 404],
    ['no order id', 'POST /assign-agent', undefined, 422, 'order_id'],
    ['a malformed order id', 'POST /assign-agent?order_id=7', undefined, 404],
    ['an order id that is NUL', 'GET /orders?order_id=%00', undefined, 404],
    ['two order ids', `GET /orders?order_id=${user}&order_id=${item}`, undefined, 422, 'order_id'],
    ...hours('/restaurants'),
    ...hours('/restaurants/available'),
    ['no hour', 'GET /restaurants/available', undefined, 422, 'hour'],
    ...pages('/orders'),
  ],
  delivery: [
    ...['/agents', '/add-dilvery-agent'].flatMap((path): Case[] => [
      ['a name of 10,000 characters', `POST ${path}`, { name: long, userName: 'asha', gender: 'FEMALE' }, 422, 'name'],
      ['a name of a megabyte', `POST ${path}`, { name: megabyte, userName: 'asha', gender: 'FEMALE' }, 413],
      ...linesAt(`POST ${path}`, { name: 'Asha', userName: 'asha', gender: 'FEMALE' }, 'name'),
      ...linesAt(`POST ${path}`, { name: 'Asha', userName: 'asha', gender: 'FEMALE' }, 'userName'),
      [
        'a user name with NUL',
        `POST ${path}`,
        { name: 'Asha', userName: 'a\u0000', gender: 'FEMALE' },
        422,
        'userName',
      ],
      [
        'a user name of 101 characters',
        `POST ${path}`,
        { name: 'Asha', userName: 'a'.repeat(101), gender: 'FEMALE' },
        422,
        'userName',
      ],
      ['a gender in lower case', `POST ${path}`, { name: 'Asha', userName: 'asha', gender: 'female' }, 422, 'gender'],
      ['no body', `POST ${path}`, undefined, 422, 'userName'],
    ]),
    ['a malformed order id', 'PATCH /deliveries/7', { status: 'PICKED_UP' }, 404],
    ['an order id that cannot be decoded', 'PATCH /deliveries/%E0%A4%A', { status: 'PICKED_UP' }, 404],
    ['the order id of another', 'PATCH /deliveries/:id', { order_id: item, status: 'PICKED_UP' }, 422, 'order_id'],
    [
      'an order id that is a number',
      'PATCH /update-dilvery-status',
      { order_id: 7, status: 'PICKED_UP' },
      422,
      'order_id',
    ],
    ['a malformed order id', 'PATCH /update-dilvery-status', { order_id: '7', status: 'PICKED_UP' }, 404],
    [
      'a status that is not a move',
      'PATCH /update-dilvery-status',
      { order_id: item, status: 'PENDING' },
      422,
      'status',
    ],
    ...textsAt('POST /deliveries/:id/decline', {}, 'reason'),
    ['a malformed agent id', 'GET /deliveries?agent_id=7', undefined, 404],
    ['a malformed order id', 'GET /get-delivery-status?order_id=7', undefined, 404],
    ['no order id', 'GET /get-delivery-status', undefined, 422, 'order_id'],
    ['assignments of nothing', 'GET /agents?assignments=', undefined, 422, 'assignments'],
    ...pages('/deliveries'),
  ],
};

const named = ([what, request, body, status, place]: Case) => ({
  title: `${what} (${request.slice(0, 60)})`,
  request,
  body,
  status,
  place,
});

describe.each(Object.entries(cases) as [ServiceName, Case[]][])('the %s service', (name, ofService) => {
  let service: ServiceAlone;
  beforeAll(async () => {
    service = await serviceAlone(name);
  });
  afterAll(() => service.close());

  test.each(ofService.map(named))('refuses $title', async ({ request, body, status, place }) => {
    const before = await service.rows();
    const [method = '', form = ''] = request.split(' ');
    const answer = await service.send({
      method,
      path: form.replace(':id', service.id),
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    expectRefusal(answer);
    const { errors } = JSON.parse(answer.text) as { errors?: { path: string }[] };
    expect([answer.status, errors?.map((error) => error.path)]).toEqual([
      status,
      place === undefined ? undefined : (expect.arrayContaining([place]) as unknown),
    ]);
    expect(answer.text.length).toBeLessThan(50_000);
    expect(await service.rows()).toEqual(before);
  });
});

describe('an Idempotency-Key', () => {
  let service: ServiceAlone;
  beforeAll(async () => {
    service = await serviceAlone('user');
  });
  afterAll(() => service.close());

  test.each([
    ['that is empty', ''],
    ['of 256 characters', 'k'.repeat(256)],
    ['that comes twice and is too long together', ['k'.repeat(200), 'k'.repeat(200)]],
  ])('%s is refused', async (_what, key) => {
    const answer = await service.send({
      method: 'POST',
      path: '/orders',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(placement(part(items(1)))),
    });
    expectRefusal(answer);
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ path: 'Idempotency-Key' }] });
  });
});
