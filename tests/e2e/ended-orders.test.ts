/** Orders that have ended: while Temporal still has their run, and after it is deleted. */
import { randomUUID } from 'node:crypto';
import { everywhere } from './fixtures/everywhere';
import { aKey, anotherOf, post, type Body } from './fixtures/keyed-placement';
import {
  addAgent,
  addKitchen,
  agentOf,
  anOrderOf,
  cancel,
  decide,
  deliver,
  everyCommand,
  historyOf,
  isRateable,
  type Kitchen,
  type Placed,
} from './fixtures/platform';
import { forget, forgetMs, hasEnded, runOf } from './fixtures/temporal-cli';

/** How an order may end: what was ordered, and what then happened to it. */
const ends: [string, (kitchen: Kitchen) => Body, (order: Placed) => Promise<unknown>][] = [
  ['was delivered', anOrderOf, delivering],
  ['was cancelled by the customer', anOrderOf, (order) => cancel(order)],
  ['was refused by the restaurant', anOrderOf, (order) => decide(order, 'CANCELLED', 'out of lentils')],
  ['was rejected by the restaurant side', ofNoSuchItem, async () => undefined],
];

function ofNoSuchItem(of: Kitchen): Body {
  return anOrderOf(of, [{ menu_item_id: randomUUID(), quantity: 1 }]);
}

async function delivering(order: Placed): Promise<void> {
  await addAgent();
  await decide(order, 'CONFIRMED');
  await agentOf(order);
  await deliver(order);
  await isRateable(order);
}

/** Each service answers by its own row: a repeat succeeds, the rest is refused, and 404 means that there is no row. */
const answers = `
  the order                            | confirm | refuse | pick up | deliver | give up | cancel
  was delivered                        | 200     | 400    | 409     | 200     | 409     | 409
  was cancelled by the customer        | 400     | 200    | 404     | 404     | 404     | 200
  was refused by the restaurant        | 400     | 200    | 404     | 404     | 404     | 200
  was rejected by the restaurant side  | 404     | 404    | 404     | 404     | 404     | 200`;
const answersOf = (name: string): string[] => {
  const [, ...words] =
    answers
      .split('\n')
      .find((line) => line.trim().startsWith(name))
      ?.split('|') ?? [];
  return words.map((word) => word.trim());
};
interface Ended {
  body: Body;
  key: string;
  /** The answer to its placement. */
  first: Awaited<ReturnType<typeof post>>;
  order: Placed;
}

let kitchen: Kitchen;
const ended = new Map<string, Ended>();
const names = ends.map(([name]) => name);

beforeAll(async () => {
  kitchen = await addKitchen();
  for (const [name, bodyOf, end] of ends) {
    const [body, key] = [bodyOf(kitchen), aKey()];
    const first = await post(body, key);
    const [order_id = ''] = await recordsOf(body);
    const order = { order_id, user_id: body.user_id };
    await end(order);
    await hasEnded(order);
    ended.set(name, { body, key, first, order });
  }
});

function given(name: string): Ended {
  const order = ended.get(name);
  if (!order) throw new Error(`no order ${name}`);
  return order;
}

/** The orders in the customer's history. */
async function recordsOf({ user_id }: Body): Promise<string[]> {
  return (await historyOf({ user_id })).map(({ order_id }) => order_id);
}

async function answersEveryCommand(name: string): Promise<void> {
  const { order } = given(name);
  const before = await everywhere(order);
  const statuses: string[] = [];
  for (const send of everyCommand) statuses.push(String((await send(order)).status));
  expect(statuses).toEqual(answersOf(name));
  expect(await everywhere(order)).toEqual(before);
}

/** Under its Idempotency-Key. Another body is sent before and after it, so that no answer depends on the one before. */
async function answersItsPlacement(name: string, runAfter?: string): Promise<void> {
  const { body, key, first, order } = given(name);
  const before = await everywhere(order);
  expect((await post(anotherOf(kitchen, body), key)).status).toBe(422);
  expect(await post(body, key)).toEqual(first);
  expect((await post(anotherOf(kitchen, body), key)).status).toBe(422);
  expect(await recordsOf(body)).toEqual([order.order_id]);
  expect(await everywhere(order)).toEqual({ ...before, run: runAfter ?? before.run });
}

describe('an order that has ended', () => {
  test.each(names)('(it %s) answers repeats with success, refuses the rest, and does not change', answersEveryCommand);

  test.each(names)(
    '(it %s) repeats the answer to its placement, refuses another body with 422, and does not change',
    (name) => answersItsPlacement(name),
  );

  describe('and whose run is deleted from Temporal', () => {
    beforeAll(() => Promise.all([...ended.values()].map(({ order }) => forget(order))), forgetMs + 10_000);

    test.each(names)('(it %s) answers repeats with success, refuses the rest, and does not change', async (name) => {
      expect(await runOf(given(name).order)).toBe('gone');
      await answersEveryCommand(name);
    });

    test.each(names)(
      '(it %s) repeats the answer to its placement, refuses another body with 422, and does not change',
      (name) => answersItsPlacement(name, 'COMPLETED: SETTLED'),
    );
  });
});
