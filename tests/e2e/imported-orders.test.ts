/** `npm run import` (docs/importing.md) into the running system: what its clients then see of the old platform's orders. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Client } from 'pg';
import { connectionTo } from '../../lib/postgres/session';
import { isolatedDatabase } from '../fixtures/isolation';
import { anOldPlatform, type OldPlatform } from '../fixtures/old-platform';
import { everywhere } from './fixtures/everywhere';
import { addAgent, agentOf, call, decide, deliver, everyCommand, isRateable, rate } from './fixtures/platform';
import { hasEnded } from './fixtures/temporal-cli';

const program = path.resolve(__dirname, '../../dist/tools/import/main.js');

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the import as an operator does. */
const run = (flags: string[], variables: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  new Promise((resolve) => {
    // Times are UTC wherever the command runs.
    const env = { ...process.env, TZ: 'America/St_Johns', ...variables };
    const child = execFile(process.execPath, [program, ...flags], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

let old: OldPlatform;
beforeAll(async () => {
  old = await anOldPlatform();
});
afterAll(() => old.drop());

const flags = (changed: Partial<Record<'user' | 'restaurant' | 'delivery', string>> = {}): string[] => {
  const { user, restaurant, delivery } = old;
  const urls = { user: user.url, restaurant: restaurant.url, delivery: delivery.url, ...changed };
  return Object.entries(urls).flatMap(([name, url]) => [`--${name}`, url]);
};

describe('an imported order', () => {
  let open: Record<'pending' | 'unassigned' | 'assigned' | 'pickedUp', { order_id: string; user_id: string }>;
  let ended: Record<'delivered' | 'rated' | 'cancelled', { order_id: string; user_id: string }>;
  beforeAll(async () => {
    const kitchen = await old.addRestaurant();
    const agents = [await old.addAgent(), await old.addAgent('BUSY'), await old.addAgent('BUSY')];
    open = {
      pending: await old.addOrder(kitchen, { group: 'PENDING' }),
      unassigned: await old.addOrder(kitchen),
      assigned: await old.addOrder(kitchen, { delivery: 'PENDING', agent: agents[1] ?? '' }),
      pickedUp: await old.addOrder(kitchen, { delivery: 'PICKED_UP', agent: agents[2] ?? '' }),
    };
    const delivered = { delivery: 'DELIVERED', agent: agents[0] ?? '' } as const;
    ended = {
      delivered: await old.addOrder(kitchen, delivered),
      rated: await old.addOrder(kitchen, { ...delivered, rated: [4, 5] }),
      cancelled: await old.addOrder(kitchen, { group: 'CANCELLED' }),
    };
    const { code, stdout, stderr } = await run([...flags(), '--json']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ orders: { read: 7, new: 7 }, open_orders: 4 });
  });

  test.each(['pending', 'unassigned', 'assigned', 'pickedUp'] as const)(
    'that was open (%s) goes on to its end',
    async (name) => {
      const order = open[name];
      expect((await decide(order, 'CONFIRMED')).status).toBe(200);
      if (name === 'pending' || name === 'unassigned') await addAgent();
      const agent_id = await agentOf(order);
      await deliver(order);
      await isRateable(order);
      await hasEnded(order);
      expect(await everywhere({ ...order, agent_id })).toMatchObject({
        record: 'CONFIRMED, delivered',
        group: 'CONFIRMED',
        delivery: 'DELIVERED',
        agent: 'released',
        run: 'COMPLETED: DELIVERED',
      });
      expect((await rate(order, 5, 4)).status).toBe(201);
    },
  );

  test.each([
    ['delivered', [200, 400, 409, 200, 409, 409]],
    ['cancelled', [400, 200, 404, 404, 404, 200]],
  ] as const)('that had ended (%s) answers repeats with success and refuses the rest', async (name, statuses) => {
    const answers: number[] = [];
    for (const send of everyCommand) answers.push((await send(ended[name])).status);
    expect(answers).toEqual(statuses);
    expect(await everywhere(ended[name])).toMatchObject({ run: 'gone' });
  });

  test('is shown by its old id, with its time, total and rating', async () => {
    const { order_id, user_id } = ended.rated;
    expect((await call('user', 'GET', `/orders/${order_id}`)).body).toMatchObject({
      ...{ order_id, user_id, status: 'CONFIRMED', total: 9, placed_at: '2026-03-29T01:30:00.123Z', timeline: null },
      delivery: { status: 'DELIVERED' },
      rating: { order_rating: 4, agent_rating: 5 },
    });
    const groups = await call<{ data: object[] }>('restaurant', 'GET', `/orders?order_id=${order_id}`);
    expect(groups.body.data).toMatchObject([
      { id: order_id, rating: 4, orders: [{ items: [{ price: 4.5, quantity: 2 }] }] },
    ]);
  });

  test('can be rated if it was not', async () => {
    expect((await rate(ended.delivered, 3, 3)).status).toBe(201);
    expect((await rate(ended.rated, 3, 3)).status).toBe(400);
    expect((await rate(ended.cancelled, 3, 3)).status).toBe(400);
  });

  test('is not touched when the import runs again', async () => {
    const before = await everywhere(ended.rated);
    const { code, stdout } = await run(flags());
    expect(code).toBe(0);
    expect(stdout).toMatch(/orders +7 +0 +7\n/);
    expect(await everywhere(ended.rated)).toEqual(before);
  });
});

describe('the import refuses', () => {
  const ourUser = process.env.USER_DATABASE_URL ?? '';
  const at = (url: string, pathname: string): string => Object.assign(new URL(url), { pathname }).href;

  const wrong = {
    'a missing address': [() => flags().slice(2), 2, /required option '--user <url>' not specified/],
    'an address of something else': [() => flags({ user: 'http://127.0.0.1/users' }), 2, /--user.*postgresql:/],
    'an address without a database': [() => flags({ user: 'postgresql://127.0.0.1' }), 2, /--user.*postgresql:/],
    'a time that is none': [() => [...flags(), '--cancel-before', 'yesterday'], 2, /2026-01-31T12:00Z/],
    'a server that does not answer': [
      () => flags({ user: 'postgresql://127.0.0.1:1/users' }),
      1,
      /old user database users at 127\.0\.0\.1:1 \(--user\).*ECONNREFUSED/,
    ],
    'a database that does not exist': [
      () => flags({ delivery: at(ourUser, `/missing_${randomUUID()}`) }),
      1,
      /--delivery\).*does not exist/,
    ],
    'the wrong database': [() => flags({ restaurant: old.user.url }), 1, /--restaurant\) has no table "Restaurant"/],
    'our own database': [() => flags({ user: ourUser }), 1, /--user\) is one of this platform/],
  } satisfies Record<string, [given: () => string[], code: number, message: RegExp]>;
  test.each(Object.entries(wrong))('%s', async (_, [given, code, message]) => {
    const ran = await run(given());
    expect(ran.stderr).toMatch(message);
    expect(ran).toMatchObject({ code, stdout: '' });
  });

  test('old tables that are in our own database', async () => {
    const ours = await isolatedDatabase('user');
    const client = new Client(connectionTo(ours.url));
    await client.connect();
    await client.query(`
      CREATE SCHEMA old;
      CREATE TABLE old."userOrder" (id text, user_id text, order_id text);
      CREATE TABLE old."userRating" (id text, order_rating float8, agent_rating float8, user_order_id text)`);
    await client.end();
    const ran = await run(flags({ user: `${ours.url}?schema=old` }), { USER_DATABASE_URL: ours.url });
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--user is our own user database') as string,
    });
    await ours.drop();
  });

  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    [
      'a database of ours that is not migrated',
      { USER_DATABASE_URL: at(ourUser, '/postgres') },
      /our user database postgres at .* is not migrated/,
    ],
    ['a Temporal that does not answer', { TEMPORAL_ADDRESS: '127.0.0.1:1' }, /Cannot reach Temporal at 127\.0\.0\.1:1/],
  ])('%s', async (_, variables, message) => {
    const ran = await run(flags(), variables);
    expect(ran.stderr).toMatch(message);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
  });
});
