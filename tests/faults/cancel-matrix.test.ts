/**
 * A cancel by each of its senders, in each lasting state of an order: the answer, and the order's state in every part of the system
 * afterwards. The states too short for that are in tests/component/workflows/cancel-matrix.test.ts.
 */
import type { DeliveryMove } from '../../contracts/states';
import { until } from '../fixtures/until';
import { everywhere, type Everywhere, type FollowedOrder } from '../e2e/fixtures/everywhere';
import {
  addAgent,
  addKitchen,
  agentOf,
  anOrderOf,
  cancel,
  decide,
  events,
  move,
  pageOf,
  place,
} from '../e2e/fixtures/platform';
import { workflow } from '../e2e/fixtures/temporal-cli';

/** An order of two restaurants, so that a cancel has to reach both. */
async function placed(): Promise<FollowedOrder> {
  const [first, second] = [await addKitchen(), await addKitchen()];
  const body = anOrderOf(first);
  return place({ ...body, restaurants: [...body.restaurants, ...anOrderOf(second).restaurants] });
}

async function confirmed(): Promise<FollowedOrder> {
  const order = await placed();
  await addAgent();
  expect((await decide(order, 'CONFIRMED')).status).toBe(200);
  return { ...order, agent_id: await agentOf(order) };
}

const moved =
  (...statuses: DeliveryMove[]) =>
  async (): Promise<FollowedOrder> => {
    const order = await confirmed();
    for (const status of statuses) expect((await move(order, status)).status).toBe(200);
    return order;
  };

async function cancelled(): Promise<FollowedOrder> {
  const order = await confirmed();
  expect((await cancel(order)).status).toBe(200);
  return order;
}

/** How an order gets into a state, and how it looks there. */
const states: Record<string, { make: () => Promise<FollowedOrder>; looks: Everywhere }> = {
  PENDING: { make: placed, looks: looking('PENDING', { delivery: null, agent: null }) },
  CONFIRMED: { make: confirmed, looks: looking('CONFIRMED', { delivery: 'PENDING', agent: 'at work' }) },
  PICKED_UP: { make: moved('PICKED_UP'), looks: looking('CONFIRMED', { delivery: 'PICKED_UP', agent: 'at work' }) },
  DELIVERED: {
    make: moved('PICKED_UP', 'DELIVERED'),
    looks: looking('CONFIRMED', {
      record: 'CONFIRMED, delivered',
      delivery: 'DELIVERED',
      agent: 'released',
      run: 'COMPLETED: DELIVERED',
    }),
  },
  CANCELLED: {
    make: cancelled,
    looks: looking('CANCELLED', { delivery: 'CANCELLED', agent: 'released', run: 'COMPLETED: CANCELLED' }),
  },
};

function looking(status: string, parts: Pick<Everywhere, 'delivery' | 'agent'> & Partial<Everywhere>): Everywhere {
  return { record: status, page: status, group: status, orders: [status, status], run: 'RUNNING', ...parts };
}

/** Sends a cancel; resolves with the answer's status, or with the outcome of the command line. */
const senders: Record<string, (order: FollowedOrder) => Promise<number | string>> = {
  'the customer': async (order) => (await cancel(order)).status,
  'the restaurant': async (order) => (await decide(order, 'CANCELLED')).status,
  'the restaurant, with a reason': async (order) => (await decide(order, 'CANCELLED', 'the oven broke')).status,
  'the courier': async (order) => (await move(order, 'CANCELLED')).status,
  'the courier, by signal': (order) =>
    workflow('signal', order, '--name', 'deliveryStatus', '--input', '"CANCELLED"').then(() => 'sent', whyNot),
  'an operator': (order) => workflow('cancel', order).then(() => 'sent', whyNot),
};

const whyNot = (error: unknown): string => (/already completed/.test(String(error)) ? 'closed' : String(error));

/**
 * The answer. With `ends` the order is then CANCELLED everywhere and its run completes; with `CANCELED` the run ends as cancelled instead;
 * with neither nothing changes.
 */
const table = `
  who                           | PENDING       | CONFIRMED     | PICKED_UP     | DELIVERED | CANCELLED
  the customer                  | 200 ends      | 200 ends      | 409           | 409       | 200
  the restaurant                | 200 ends      | 400           | 400           | 400       | 200
  the restaurant, with a reason | 200 ends      | 200 ends      | 400           | 400       | 200
  the courier                   | 409           | 200 ends      | 200 ends      | 409       | 200
  the courier, by signal        | sent          | sent ends     | sent ends     | closed    | closed
  an operator                   | sent CANCELED | sent CANCELED | sent CANCELED | sent      | sent`;

const [head = [], ...lines] = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((word) => word.trim()));
const cells = lines.flatMap(([who = '', ...words]) => words.map((word, column) => [head[column + 1] ?? '', who, word]));

test.each(cells)('given an order %s, when %s cancels it, then: %s', async (state, who, word) => {
  const [answer, end] = word.split(' ');
  const { order, looks } = await given(state);
  expect(String(await senders[who]?.(order))).toBe(answer);

  if (end === undefined) {
    if (answer === 'sent' && looks.run === 'RUNNING') await noted(order, 'signal deliveryStatus ignored');
    expect(await everywhere(order)).toEqual(looks);
    return;
  }
  const undone = order.agent_id
    ? ({ delivery: 'CANCELLED', agent: 'released' } as const)
    : ({ delivery: null, agent: null } as const);
  const ended = looking('CANCELLED', { ...undone, run: end === 'ends' ? 'COMPLETED: CANCELLED' : end });
  // A 200 comes after the compensation; only the end of the run may follow.
  if (answer === '200') expect(await everywhere(order)).toEqual({ ...ended, run: expect.any(String) as unknown });
  await comesToLook(order, ended);
});

async function given(state: string): Promise<{ order: FollowedOrder; looks: Everywhere }> {
  const { make, looks } = states[state] ?? {};
  if (!make || !looks) throw new Error(`the table has an unknown state: ${state}`);
  const order = await make();
  await comesToLook(order, looks);
  return { order, looks };
}

const comesToLook = (order: FollowedOrder, looks: Everywhere): Promise<true> =>
  until(`the order looks like ${JSON.stringify(looks)}`, async () => {
    expect(await everywhere(order)).toEqual(looks);
    return true;
  });

const noted = (order: FollowedOrder, event: string): Promise<true> =>
  until(`"${event}" in the timeline`, async () => events(await pageOf(order)).includes(event) || undefined);

describe('a cancelled order', () => {
  test('shows the reason that was given', async () => {
    const [first, second] = [await placed(), await placed()];
    await cancel(first, { reason: 'changed my mind' });
    await decide(second, 'CANCELLED', 'out of lentils');
    expect(await pageOf(first)).toMatchObject({ status: 'CANCELLED', reason: 'changed my mind' });
    expect(await pageOf(second)).toMatchObject({ status: 'CANCELLED', reason: 'out of lentils' });
  });

  test('can no longer be confirmed: 400', async () => {
    const order = await cancelled();
    expect(await decide(order, 'CONFIRMED')).toMatchObject({ status: 400, body: { success: false } });
  });

  test('can no longer be picked up: 409', async () => {
    const order = await cancelled();
    expect(await move(order, 'PICKED_UP')).toMatchObject({ status: 409, body: { success: false } });
  });
});

test('a cancel is answered in the form of each service', async () => {
  const byCustomer = await placed();
  expect((await cancel(byCustomer)).body).toMatchObject({
    success: true,
    message: expect.any(String) as unknown,
    data: { order_id: byCustomer.order_id, status: 'CANCELLED' },
  });
  const byRestaurant = await placed();
  expect((await decide(byRestaurant, 'CANCELLED')).body).toMatchObject({
    status: true,
    message: expect.any(String) as unknown,
    data: {
      order_id: byRestaurant.order_id,
      status: 'CANCELLED',
      orders: [{ status: 'CANCELLED' }, { status: 'CANCELLED' }],
    },
  });
  const byCourier = await confirmed();
  expect((await move(byCourier, 'CANCELLED')).body).toMatchObject({
    success: true,
    message: expect.any(String) as unknown,
  });
  const tooLate = await moved('PICKED_UP')();
  for (const refused of [await cancel(tooLate), await decide(tooLate, 'CANCELLED', 'the oven broke')]) {
    expect(refused.body).toMatchObject({ success: false, detail: refused.body.message });
  }
  expect((await move(tooLate, 'DELIVERED')).status).toBe(200);
});

test.each([
  ['the customer and the courier', [cancel, (order: FollowedOrder) => move(order, 'CANCELLED')]],
  ['the customer, twice', [cancel, cancel]],
])('a cancel by %s at once is one cancel, and succeeds for both', async (_who, send) => {
  const order = await confirmed();
  const answers = await Promise.all(send.map((by) => by(order)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  await comesToLook(order, states.CANCELLED?.looks ?? looking('', { delivery: null, agent: null }));
  expect(events(await pageOf(order)).filter((event) => event === 'cancelled')).toHaveLength(1);
});
