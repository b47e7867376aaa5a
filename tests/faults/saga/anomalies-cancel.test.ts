/**
 * The saga's anomalies, forced: a cancel during each single step, with the step's message handled before or after its compensation. Real
 * queues, handlers and databases; a step is held between its message and its reply.
 */
import { WorkflowFailedError } from '@temporalio/client';
import type { Decision } from '../../../contracts/states';
import { cancelUpdate, decideUpdate, declineUpdate } from '../../../workflows/messages';
import { confirm, done, move } from '../../fixtures/order-stage';
import { wholeSaga, type Step } from '../../fixtures/whole-saga';
import type { OrderUnderTest } from '../../fixtures/workflows';

const { hold, given, givenOfTwo, adopted, rowsOf } = wholeSaga();

const customer = (order: OrderUnderTest) => order.update(cancelUpdate, { reason: 'changed my mind' });
const courier = (order: OrderUnderTest) => move(order, 'CANCELLED');

const decidePart = async (order: OrderUnderTest, status: Decision): Promise<unknown> => {
  await order.place();
  return order.update(decideUpdate, { status, restaurant_id: order.input.order.restaurants[0]?.restaurant_id });
};

/** Brings an order to the step. Resolves when the step is released, if at all. */
const bring: Record<string, (order: OrderUnderTest) => Promise<unknown>> = {
  placed: async () => undefined,
  adopted: async () => undefined,
  confirmed: (order) => confirm(order),
  'confirmed by one of two': (order) => decidePart(order, 'CONFIRMED'),
  'refused by one of two': (order) => decidePart(order, 'CANCELLED'),
  assigned: (order) => confirm(order).then(() => order.sees('agent assigned')),
  'picked up': async (order) => {
    await bring.assigned?.(order);
    await move(order, 'PICKED_UP');
  },
  'handed back': async (order) => {
    await bring.assigned?.(order);
    await order.update(declineUpdate, {});
  },
};

/** The rows of an order that was undone in all three databases. */
const undone = {
  record: 'CANCELLED',
  group: 'CANCELLED',
  parts: ['CANCELLED, 1 item(s)'],
  delivery: 'CANCELLED',
  busyAgents: 0,
};
const noDelivery = { ...undone, delivery: null };
const ofTwo = { ...noDelivery, parts: ['CANCELLED, 1 item(s)', 'CANCELLED, 1 item(s)'] };

interface Case {
  step: Step;
  by: string;
  /** @default an order that is being placed */
  of?: () => Promise<OrderUnderTest>;
  /** The rows if the cancel arrives before the message is handled, and after. */
  before: typeof undone | object;
  after: typeof undone | object;
}

const cases: Case[] = [
  { step: 'createOrder', by: 'placed', before: { ...noDelivery, parts: [] }, after: noDelivery },
  // The confirmation also asks for an agent, so the delivery is undone with it.
  { step: 'changeOrder CONFIRMED', by: 'confirmed', before: undone, after: undone },
  {
    step: 'changeOrder CONFIRMED of a part',
    by: 'confirmed by one of two',
    of: givenOfTwo,
    before: ofTwo,
    after: ofTwo,
  },
  { step: 'changeOrder CANCELLED of a part', by: 'refused by one of two', of: givenOfTwo, before: ofTwo, after: ofTwo },
  { step: 'changeOrder CONFIRMED', by: 'adopted', of: adopted, before: undone, after: undone },
  { step: 'recordProgress CONFIRMED', by: 'assigned', before: undone, after: undone },
  { step: 'assignAgent', by: 'confirmed', before: undone, after: undone },
  { step: 'changeDelivery DECLINED', by: 'handed back', before: undone, after: undone },
];

describe('cancel during a single step', () => {
  describe.each([
    ['compensation before its forward message', 'before'],
    ['forward message again after the compensation', 'after'],
  ] as const)('%s', (_anomaly, when) => {
    test.each(cases.map((each) => [each.by === 'adopted' ? `${each.step}, of an adoption` : each.step, each] as const))(
      '%s: the cancel is done, and the message after it changes nothing',
      async (_step, expected) => {
        const held = hold(expected.step, when);
        const order = await (expected.of ?? given)();
        const brought = bring[expected.by]?.(order).catch(() => undefined);
        await held.reached;
        expect(await customer(order)).toEqual(done);
        expect(await order.view()).toMatchObject({ status: 'CANCELLED', attention: null });

        held.release(); // the cancel is answered, so everything is undone
        await brought;
        expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'changed my mind' });
        expect(await rowsOf(order)).toEqual(expected[when]);
      },
    );

    test('recordOrder: the cancel waits for the record, and everything is undone', async () => {
      const held = hold('recordOrder', when);
      const order = await given();
      await held.reached;
      const cancelled = await order.handle.startUpdate(cancelUpdate, { args: [{}], waitForStage: 'ACCEPTED' });
      held.release();
      expect(await cancelled.result()).toEqual(done);
      expect(await order.handle.result()).toMatchObject({ outcome: 'CANCELLED' });
      // The cancel arrives after the step, or during its durable attempt: the restaurant side has the order or its tombstone.
      const { parts, ...others } = await rowsOf(order);
      expect([[], noDelivery.parts]).toContainEqual(parts);
      expect(others).toEqual({ ...noDelivery, parts: undefined });
    });

    test('changeDelivery PICKED_UP: the customer is too late, the courier cancels and everything is undone', async () => {
      const held = hold('changeDelivery PICKED_UP', when);
      const order = await given();
      const brought = bring['picked up']?.(order).catch(() => undefined);
      await held.reached;
      await expect(customer(order)).rejects.toMatchObject({ cause: { type: 'CANCEL_TOO_LATE' } });
      expect(await courier(order)).toEqual(done);
      expect(await order.handle.result()).toMatchObject({ outcome: 'CANCELLED' });
      held.release();
      await brought;
      expect(await rowsOf(order)).toEqual(undone);
    });
  });

  test.each([
    ['before', 'is undone, because it is not delivered yet', 'CANCELED', undone],
    [
      'after',
      'is not undone, because it is delivered',
      'DELIVERED',
      {
        ...undone,
        record: 'CONFIRMED, delivered',
        group: 'CONFIRMED',
        parts: ['CONFIRMED, 1 item(s)'],
        delivery: 'DELIVERED',
      },
    ],
  ] as const)(
    'changeDelivery DELIVERED: an order that an operator cancels %s the message is handled %s',
    async (when, _what, end, rows) => {
      const order = await given();
      await bring['picked up']?.(order);
      const held = hold('changeDelivery DELIVERED', when);
      const delivered = move(order, 'DELIVERED').catch(() => undefined);
      await held.reached;
      await order.handle.cancel();
      const result = await order.handle.result().then(
        ({ outcome }) => outcome,
        (err: unknown) => (err instanceof WorkflowFailedError ? 'CANCELED' : String(err)),
      );
      expect(result).toBe(end);
      held.release();
      await delivered;
      expect(await rowsOf(order)).toEqual(rows);
    },
  );
});
