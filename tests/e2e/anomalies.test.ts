/**
 * The saga's anomalies on the whole running system: a cancel races a confirmation, a pick-up, or another cancel. A lock that holds the
 * order's messages at a service forces both interleavings; then the commands race freely. Answers, databases and Temporal must agree.
 */
import { repeat } from '../fixtures/repeat';
import { until } from '../fixtures/until';
import { everywhere, type Everywhere, type FollowedOrder } from './fixtures/everywhere';
import { holdAt } from './fixtures/held-order';
import { assigned, cancel, decide, events, move, pageOf, placed } from './fixtures/platform';

const races = Array.from({ length: repeat }, (_, i) => i);

const cancelledOrder = {
  record: 'CANCELLED',
  page: 'CANCELLED',
  group: 'CANCELLED',
  orders: ['CANCELLED'],
  run: 'COMPLETED: CANCELLED',
};
const cancelled = (delivery: string | null, agent: Everywhere['agent']): Everywhere => ({
  ...cancelledOrder,
  delivery,
  agent,
});
const neverAssigned = cancelled(null, null);
const givenUp = cancelled('CANCELLED', 'released');
const pickedUp: Everywhere = {
  record: 'CONFIRMED',
  page: 'CONFIRMED',
  group: 'CONFIRMED',
  orders: ['CONFIRMED'],
  delivery: 'PICKED_UP',
  agent: 'at work',
  run: 'RUNNING',
};

/** Waits until the order looks like one of these: the run may still have to end, and the agent to be released. */
const endsAs = (order: FollowedOrder, looks: Everywhere[]): Promise<true> =>
  until(`the order looks like one of ${JSON.stringify(looks)}`, async () => {
    expect(looks).toContainEqual(await everywhere(order));
    return true;
  });

const statuses = async (...answers: Promise<{ status: number }>[]): Promise<number[]> =>
  (await Promise.all(answers)).map(({ status }) => status);

/** On a busy machine the page may come without its timeline. */
const cancelsInTimeline = (order: FollowedOrder): Promise<number> =>
  until('the timeline', async () => events(await pageOf(order)).filter((event) => event === 'cancelled').length);

const confirm = (order: FollowedOrder) => decide(order, 'CONFIRMED');
const pickUp = (order: FollowedOrder) => move(order, 'PICKED_UP');

/** Two commands, their answers, and the order's state after both. */
interface Interleaving {
  first: (order: FollowedOrder) => Promise<{ status: number }>;
  second: (order: FollowedOrder) => Promise<{ status: number }>;
  answers: number[];
  looks: Everywhere | Everywhere[];
}

/** Holds the first command's message at the service until the second command, or its message, has arrived; then lets both continue. */
async function forced(
  order: FollowedOrder,
  at: 'restaurant' | 'delivery',
  { first, second, answers, looks }: Interleaving,
) {
  const held = await holdAt(at, order);
  const one = first(order);
  try {
    await held.waiting(1);
    const other = second(order);
    if (answers[1] === 200) await held.waiting(2);
    else expect((await other).status).toBe(answers[1]); // refused at once, before the outcome of the first
    await held.release();
    expect(await statuses(one, other)).toEqual(answers);
  } catch (error) {
    await held.release().catch(() => undefined);
    throw error;
  }
  await endsAs(order, [looks].flat());
}

describe('cancel racing confirm', () => {
  test('confirm first: the confirmation is in progress when the cancel arrives, and is refused', async () =>
    forced(await placed(), 'restaurant', {
      first: confirm,
      second: cancel,
      answers: [400, 200],
      // The confirmation may have asked for an agent, who is free again.
      looks: [neverAssigned, { ...neverAssigned, delivery: 'CANCELLED' }],
    }));

  test('cancel first: the compensation is in progress when the confirmation arrives, which is refused', async () =>
    forced(await placed(), 'restaurant', {
      first: cancel,
      second: confirm,
      answers: [200, 400],
      looks: neverAssigned,
    }));

  test('both at once, repeatedly: the order is cancelled, whatever the answer to its restaurant', async () => {
    await Promise.all(
      races.map(async (i) => {
        const order = await placed();
        const both = i % 2 === 0 ? [confirm(order), cancel(order)] : [cancel(order), confirm(order)].reverse();
        const [confirming = 0, cancelling] = await statuses(...both);
        expect([200, 400]).toContain(confirming);
        expect(cancelling).toBe(200);
        // Confirmed for a moment, it may have requested an agent, who is free again.
        await endsAs(order, [neverAssigned, { ...neverAssigned, delivery: 'CANCELLED' }]);
        expect(await cancelsInTimeline(order)).toBe(1);
      }),
    );
  });
});

describe('cancel racing pick-up', () => {
  test('pick-up first: the cancel is too late, though the pick-up is not stored yet', async () =>
    forced(await assigned(), 'delivery', { first: pickUp, second: cancel, answers: [200, 409], looks: pickedUp }));

  test('cancel first: the pick-up is refused, though the compensation is not stored yet', async () =>
    forced(await assigned(), 'delivery', { first: cancel, second: pickUp, answers: [200, 409], looks: givenUp }));

  test('both at once, repeatedly: one of them is carried out, the other is refused', async () => {
    await Promise.all(
      races.map(async (i) => {
        const order = await assigned();
        const both = i % 2 === 0 ? [pickUp(order), cancel(order)] : [cancel(order), pickUp(order)].reverse();
        const answers = await statuses(...both);
        expect([
          [200, 409],
          [409, 200],
        ]).toContainEqual(answers);
        await endsAs(order, [answers[0] === 200 ? pickedUp : givenUp]);
        if (answers[0] === 200) expect((await move(order, 'DELIVERED')).status).toBe(200); // frees its agent for the others
      }),
    );
  });
});

describe('two cancels', () => {
  const senders: Record<string, (order: FollowedOrder) => Promise<{ status: number }>> = {
    'the customer': (order) => cancel(order, { reason: 'changed my mind' }),
    'the restaurant': (order) => decide(order, 'CANCELLED', 'the oven broke'),
    'the courier': (order) => move(order, 'CANCELLED'),
  };
  const sent = (who: string, order: FollowedOrder) => {
    const send = senders[who];
    if (!send) throw new Error(`no such sender: ${who}`);
    return send(order);
  };
  const pairs = [
    ['the customer', 'the customer'],
    ['the customer', 'the restaurant'],
    ['the courier', 'the customer'],
  ] as const;

  test.each(pairs)(
    'at once, by %s and %s: the second arrives during the compensation; both succeed, one counts',
    async (one, other) => {
      const order = await assigned();
      const held = await holdAt('delivery', order);
      const first = sent(one, order);
      await held.waiting(1);
      const second = sent(other, order);
      await until('the restaurant is compensated', async () => (await everywhere(order)).group === 'CANCELLED');
      await held.release();
      expect(await statuses(first, second)).toEqual([200, 200]);
      await endsAs(order, [givenUp]);
      expect(await cancelsInTimeline(order)).toBe(1);
    },
  );

  test.each(pairs)('one after the other, by %s and %s: both succeed, and the first one counts', async (one, other) => {
    const order = await assigned();
    expect((await sent(one, order)).status).toBe(200);
    const { reason } = await pageOf(order);
    expect((await sent(other, order)).status).toBe(200);
    await endsAs(order, [givenUp]);
    expect(await pageOf(order)).toMatchObject({ reason });
    expect(await cancelsInTimeline(order)).toBe(1);
  });

  test('at once, repeatedly, by all three: all succeed, and one counts', async () => {
    await Promise.all(
      races.map(async () => {
        const order = await assigned();
        const answers = Object.keys(senders).map((who) => sent(who, order));
        expect(await statuses(...answers)).toEqual([200, 200, 200]);
        await endsAs(order, [givenUp]);
        expect(await cancelsInTimeline(order)).toBe(1);
      }),
    );
  });
});
