/** Steps combined in one activity: what the activity did is not repeated, and what it could not do becomes a step of its own. */
import { Context } from '@temporalio/activity';
import type { Activities } from '../../../activities';
import type { OrderProgress } from '../../../contracts/workflow';
import { cancelUpdate } from '../../../workflows/messages';
import { aGate } from '../../fixtures/gate';
import { confirm, done, move, orderStage } from '../../fixtures/order-stage';
import { agent } from '../../fixtures/workflows';

const { given } = orderStage();

const recorded = { outcome: 'recorded' } as const;
const created = { outcome: 'created', total: '12.50' } as const;
const changed = { outcome: 'changed' } as const;
const assigned = { outcome: 'assigned', ...agent, status: 'PENDING' } as const;
/** Combined steps in which everything succeeds, as in the order worker: none of the single steps is called. */
const combined = (override: Partial<Activities> = {}): Partial<Activities> => ({
  placeOrder: async () => ({ ...recorded, created }),
  confirmOrder: async () => ({ written: changed, search: assigned, recorded: true }),
  completeDelivery: async () => ({ ...changed, recorded: true }),
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
  it('takes four local activities', async () => {
    const order = await given(combined());
    await deliver(order);
    expect(callsOf(order)).toEqual([
      'placeOrder',
      'confirmOrder',
      'changeDelivery PICKED_UP',
      'completeDelivery CONFIRMED',
    ]);
    expect(await order.durableCalls()).toEqual([]);
  });

  it('updates the record with the progress at that time, and with the log that it will have', async () => {
    const seen: OrderProgress[] = [];
    const well = combined() as Activities;
    const order = await given(
      combined({
        confirmOrder: (step) => (seen.push(step.progress), well.confirmOrder(step)),
        completeDelivery: (progress) => (seen.push(progress), well.completeDelivery(progress)),
      }),
    );
    await deliver(order);
    const { order_id, user_id, placed_at } = order.input.order;
    const known = { order_id, user_id, placed_at, status: 'CONFIRMED', total: '12.50', reason: null };
    expect(seen).toMatchObject([
      { ...known, delivered: false },
      { ...known, delivered: true },
    ]);
    const confirmed = ['placed', 'priced', 'secured', 'confirmed'];
    expect(seen.map(({ log = [] }) => log.map(({ type }) => type))).toEqual([
      confirmed,
      [...confirmed, 'agent-assigned', 'picked-up', 'delivered'],
    ]);
  });
});

describe('an order with an incomplete combined step', () => {
  it('is created by a durable call when the restaurant did not answer', async () => {
    const order = await given(combined({ placeOrder: async () => ({ ...recorded, notCreated: 'no answer' }) }));
    expect(await order.place()).toMatchObject({ outcome: 'placed', total: '12.50' });
    expect(callsOf(order)).toEqual(['placeOrder', 'createOrder']);
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
        confirmOrder: async () => ({ written: changed, search: assigned, recorded: false }),
        completeDelivery: async () => ({ ...changed, recorded: false }),
      }),
    );
    await deliver(order);
    expect(callsOf(order).filter((call) => call.startsWith('recordProgress'))).toEqual([
      'recordProgress CONFIRMED',
      'recordProgress CONFIRMED', // delivered
    ]);
  });

  it('searches for its agent by a durable call when the delivery side did not answer', async () => {
    const order = await given(combined({ confirmOrder: async () => ({ written: changed, notSearched: 'no answer' }) }));
    await deliver(order);
    expect(callsOf(order)).toEqual(expect.arrayContaining(['confirmOrder', 'assignAgent']));
    expect(await order.durableCalls()).toContain('assignAgent');
  });
});

describe("the restaurant's reply in the recording step", () => {
  it('rejects the placement, and only the record is undone', async () => {
    const rejected = { ...recorded, created: { outcome: 'rejected', reason: 'no soup today' } } as const;
    const order = await given(combined({ placeOrder: async () => rejected }));
    expect(await order.place()).toMatchObject({ outcome: 'rejected', reason: 'no soup today' });
    expect(await order.handle.result()).toMatchObject({ outcome: 'REJECTED' });
    expect(callsOf(order)).toEqual(['placeOrder', 'recordProgress CANCELLED']);
  });

  it('is undone when the order is cancelled before the reply arrives', async () => {
    const [asked, gate] = [aGate(), aGate()];
    const order = await given(
      combined({
        placeOrder: async () => {
          if (Context.current().info.isLocal) throw new Error('unavailable');
          asked.open();
          await gate.promise; // the restaurant has the order, its reply has not arrived
          return { ...recorded, created };
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
