/** Steps combined in one activity: what the activity did is not repeated, and what it could not do becomes a step of its own. */
import { Context } from '@temporalio/activity';
import type { Activities } from '../../../workflows/calls';
import { cancelUpdate } from '../../../workflows/messages';
import { aGate } from '../../fixtures/gate';
import { confirm, done, move, orderStage } from '../../fixtures/order-stage';
import { agent } from '../../fixtures/workflows';

const { given } = orderStage();

const recorded = { outcome: 'recorded' } as const;
/** Services as in the order worker: the record and the restaurant's order in one activity, progress within other steps. */
const combined = (override: Partial<Activities> = {}): Partial<Activities> => ({
  recordOrder: async ({ thenCreate }) => ({
    ...recorded,
    ...(thenCreate && { created: { outcome: 'created', total: '12.50' } }),
  }),
  assignAgent: async ({ progress }) => ({
    outcome: 'assigned',
    ...agent,
    status: 'PENDING',
    ...(progress && { recorded: true }),
  }),
  changeDelivery: async ({ progress }) => ({ outcome: 'changed', ...(progress && { recorded: true }) }),
  ...override,
});

type Order = Awaited<ReturnType<typeof given>>;
const callsOf = (order: Order): string[] => order.services.calls;

async function deliver(order: Order): Promise<void> {
  await order.place();
  await confirm(order);
  await order.sees('agent assigned');
  await move(order, 'PICKED_UP');
  await move(order, 'DELIVERED');
  expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
}

describe('an order with healthy services', () => {
  it('takes five local activities, and none for the combined steps', async () => {
    const order = await given(combined());
    await deliver(order);
    expect(callsOf(order)).toEqual([
      'recordOrder',
      'changeOrder CONFIRMED',
      'assignAgent',
      'changeDelivery PICKED_UP',
      'changeDelivery DELIVERED',
    ]);
    expect(await order.durableCalls()).toEqual([]);
  });

  it('updates the record with the progress at that time', async () => {
    const seen: unknown[] = [];
    const well = combined() as Activities;
    const order = await given(
      combined({
        assignAgent: (asked) => (seen.push(asked.progress), well.assignAgent(asked)),
        changeDelivery: (change) => (seen.push(change.progress), well.changeDelivery(change)),
      }),
    );
    await deliver(order);
    const { order_id, user_id, placed_at } = order.input.order;
    const known = { order_id, user_id, placed_at, status: 'CONFIRMED', total: '12.50', reason: null };
    expect(seen).toEqual([{ ...known, delivered: false }, undefined, { ...known, delivered: true }]);
  });
});

describe('an order with an incomplete combined step', () => {
  it('is created by a durable call when the restaurant did not answer', async () => {
    const order = await given(combined({ recordOrder: async () => ({ ...recorded, notCreated: 'no answer' }) }));
    expect(await order.place()).toMatchObject({ outcome: 'placed', total: '12.50' });
    expect(callsOf(order)).toEqual(['recordOrder', 'createOrder']);
    expect(await order.durableCalls()).toEqual(['createOrder']);
    const { timeline } = await order.view();
    expect(timeline).toContainEqual(
      expect.objectContaining({ event: 'restaurant service slow or unavailable, retrying', detail: 'no answer' }),
    );
    await order.update(cancelUpdate, {});
  });

  it('is recorded by a step of its own when the record was not updated', async () => {
    const order = await given(
      combined({
        assignAgent: async () => ({ outcome: 'assigned', ...agent, status: 'PENDING', recorded: false }),
        changeDelivery: async () => ({ outcome: 'changed', recorded: false }),
      }),
    );
    await deliver(order);
    expect(callsOf(order).filter((call) => call.startsWith('recordProgress'))).toEqual([
      'recordProgress CONFIRMED',
      'recordProgress CONFIRMED', // delivered
    ]);
  });

  it('is created by a step of its own when the activity is of an earlier version', async () => {
    const order = await given({ ...combined(), recordOrder: async () => recorded });
    await deliver(order);
    expect(callsOf(order)).toContain('createOrder');
    expect(callsOf(order).filter((call) => call === 'recordProgress CONFIRMED')).toHaveLength(1);
  });
});

describe("the restaurant's reply in the recording step", () => {
  it('rejects the placement, and only the record is undone', async () => {
    const rejected = { ...recorded, created: { outcome: 'rejected', reason: 'no soup today' } } as const;
    const order = await given(combined({ recordOrder: async () => rejected }));
    expect(await order.place()).toMatchObject({ outcome: 'rejected', reason: 'no soup today' });
    expect(await order.handle.result()).toMatchObject({ outcome: 'REJECTED' });
    expect(callsOf(order)).toEqual(['recordOrder', 'recordProgress CANCELLED']);
  });

  it('is undone when the order is cancelled before the reply arrives', async () => {
    const [asked, gate] = [aGate(), aGate()];
    const order = await given(
      combined({
        recordOrder: async ({ thenCreate }) => {
          if (Context.current().info.isLocal) throw new Error('unavailable');
          if (!thenCreate) return recorded;
          asked.open();
          await gate.promise; // the restaurant has the order, its reply has not arrived
          return { ...recorded, created: { outcome: 'created', total: '12.50' } };
        },
      }),
    );
    await asked.promise;
    expect(await order.update(cancelUpdate, {})).toEqual(done);
    gate.open();
    expect(await order.handle.result()).toMatchObject({ outcome: 'CANCELLED' });
    expect(callsOf(order)).toEqual(expect.arrayContaining(['changeOrder CANCELLED', 'recordProgress CANCELLED']));
  });
});
