/** Steps that go together in one activity: what was done along is not done again, and what was not is made up for. */
import { Context } from '@temporalio/activity';
import type { Activities } from '../../../workflows/calls';
import { cancelUpdate } from '../../../workflows/messages';
import { aGate } from '../../fixtures/gate';
import { confirm, done, move, orderStage } from '../../fixtures/order-stage';
import { agent } from '../../fixtures/workflows';

const { given } = orderStage();

const recorded = { outcome: 'recorded' } as const;
/** Services as the order worker has them: the record and the restaurant's order together, the record along with other steps. */
const together = (override: Partial<Activities> = {}): Partial<Activities> => ({
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

describe('an order whose services are well', () => {
  it('takes five local activities, and none for what goes along', async () => {
    const order = await given(together());
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

  it('has the record follow with what the order is by then', async () => {
    const seen: unknown[] = [];
    const well = together() as Activities;
    const order = await given(
      together({
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

describe('an order of which something did not go along', () => {
  it('has the restaurant create it durably, when that did not answer', async () => {
    const order = await given(together({ recordOrder: async () => ({ ...recorded, notCreated: 'no answer' }) }));
    expect(await order.place()).toMatchObject({ outcome: 'placed', total: '12.50' });
    expect(callsOf(order)).toEqual(['recordOrder', 'createOrder']);
    expect(await order.durableCalls()).toEqual(['createOrder']);
    const { timeline } = await order.view();
    expect(timeline).toContainEqual(
      expect.objectContaining({ event: 'restaurant slow or away, calling durably', detail: 'no answer' }),
    );
    await order.update(cancelUpdate, {});
  });

  it('is recorded apart, when the record did not follow', async () => {
    const order = await given(
      together({
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

  it('is created by a step of its own, when the activity is one of before', async () => {
    const order = await given({ ...together(), recordOrder: async () => recorded });
    await deliver(order);
    expect(callsOf(order)).toContain('createOrder');
    expect(callsOf(order).filter((call) => call === 'recordProgress CONFIRMED')).toHaveLength(1);
  });
});

describe('what the restaurant says along with the record', () => {
  it('refuses the placement, and only the record is undone', async () => {
    const rejected = { ...recorded, created: { outcome: 'rejected', reason: 'no soup today' } } as const;
    const order = await given(together({ recordOrder: async () => rejected }));
    expect(await order.place()).toMatchObject({ outcome: 'rejected', reason: 'no soup today' });
    expect(await order.handle.result()).toMatchObject({ outcome: 'REJECTED' });
    expect(callsOf(order)).toEqual(['recordOrder', 'recordProgress CANCELLED']);
  });

  it('is undone when the order is cancelled before it is heard', async () => {
    const [asked, gate] = [aGate(), aGate()];
    const order = await given(
      together({
        recordOrder: async ({ thenCreate }) => {
          if (Context.current().info.isLocal) throw new Error('away');
          if (!thenCreate) return recorded;
          asked.open();
          await gate.promise; // the restaurant has the order, its word is not here yet
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
