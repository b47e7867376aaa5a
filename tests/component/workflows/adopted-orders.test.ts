/** Orders of an old program, or whose run was lost: they start at their present stage. */
import type { Activities } from '../../../activities';
import { cancelUpdate, moveDeliveryUpdate } from '../../../workflows/messages';
import { aGate } from '../../fixtures/gate';
import { done, move, never, noAgentFree, orderStage, refusalOf, undoCalls } from '../../fixtures/order-stage';
import { agent } from '../../fixtures/workflows';

const { adopt } = orderStage();

const changed = { outcome: 'changed' } as const;
const undone = ['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED'];

describe('an adopted order', () => {
  it('continues from its stage, and is undone like any other', async () => {
    const order = await adopt({}, { pickupLimitMs: 1_000 });
    expect(await order.handle.result()).toMatchObject({ reason: 'the agent did not pick up in time' });
    expect(order.services.calls).not.toContain('createOrder');
    expect(order.services.calls).toContain('assignAgent');
    expect(undoCalls(order)).toEqual(undone);
  });

  it('that was delivered long ago is left as it is', async () => {
    const order = await adopt({ assignAgent: async () => ({ outcome: 'closed', status: 'DELIVERED' }) });
    expect(await order.handle.result()).toEqual({ outcome: 'SETTLED', reason: 'already DELIVERED' });
    expect(undoCalls(order)).toEqual([]);
  });

  it('that its restaurant has cancelled gets no agent', async () => {
    const order = await adopt({
      changeOrder: async ({ status }) =>
        status === 'CONFIRMED' ? { outcome: 'refused', status: 'CANCELLED' } : { outcome: 'unchanged' },
    });
    expect(await order.handle.result()).toEqual({
      outcome: 'CANCELLED',
      reason: "the restaurant's order is CANCELLED",
    });
    expect(order.services.calls).not.toContain('assignAgent');
  });

  it('that the restaurant side does not know continues: its old restaurant has its own rows', async () => {
    const order = await adopt(
      { changeOrder: async () => ({ outcome: 'refused', status: null }) },
      { pickupLimitMs: 500 },
    );
    expect(await order.handle.result()).toMatchObject({ reason: 'the agent did not pick up in time' });
    expect(order.services.calls).toContain('assignAgent');
  });

  it('that is already picked up waits only for its delivery', async () => {
    const order = await adopt({
      assignAgent: async () => ({ outcome: 'assigned', ...agent, status: 'PICKED_UP' }),
    });
    await order.sees('agent assigned');
    expect(await move(order, 'DELIVERED')).toEqual(done);
    expect(await order.handle.result()).toEqual({ outcome: 'DELIVERED', reason: null });
  });

  it.each([
    ['is delivered if it was picked up', 'PICKED_UP', done],
    ['is not delivered if it was not', 'PENDING', { outcome: 'refused', code: 'ILLEGAL_TRANSITION' }],
  ] as const)('accepts its delivery before its stage is known, and %s', async (_what, status, outcome) => {
    const answers = aGate();
    const order = await adopt({
      assignAgent: async () => {
        await answers.promise;
        return { outcome: 'assigned', ...agent, status };
      },
    });
    await order.sees('adopted');
    const delivered = await order.handle.startUpdate(moveDeliveryUpdate, {
      args: [{ status: 'DELIVERED' }],
      waitForStage: 'ACCEPTED',
    });
    answers.open();
    expect(await delivered.result()).toMatchObject(outcome);
  });

  it('refuses its delivery while it waits for an agent', async () => {
    const order = await adopt(noAgentFree);
    await order.sees('waiting for an agent');
    expect(await refusalOf(move(order, 'DELIVERED'))).toBe('ILLEGAL_TRANSITION');
  });

  it('gets its agent even if the restaurant side does not answer', async () => {
    const order = await adopt({ changeOrder: never });
    await order.sees('agent assigned');
    expect(await move(order, 'PICKED_UP')).toEqual(done);
  });

  it('that is already delivered is not undone by a cancel that arrives before that is known', async () => {
    const order = await adopt({
      assignAgent: never,
      changeDelivery: async () => ({ outcome: 'refused', status: 'DELIVERED' }),
    });
    await order.sees('adopted');
    expect(await order.update(cancelUpdate, {})).toMatchObject({ outcome: 'refused', code: 'CANCEL_TOO_LATE' });
    expect(await order.handle.result()).toEqual({ outcome: 'DELIVERED', reason: null });
    expect(undoCalls(order)).not.toContain('changeOrder CANCELLED');
  });

  it('is not ended by a limit before the delivery side has answered', async () => {
    let asked = 0;
    const order = await adopt(
      { assignAgent: async () => (++asked < 3 ? never() : { outcome: 'assigned', ...agent, status: 'PICKED_UP' }) },
      { courierLimitMs: 500, attemptMs: 700, retryIntervalMs: 100 },
    );
    expect(await order.sees('agent assigned')).toMatchObject({ delivery: 'PICKED_UP' });
    expect(await move(order, 'DELIVERED')).toEqual(done);
  });

  it('that is cancelled frees an agent that it may have', async () => {
    const order = await adopt({ changeOrder: async ({ status }) => (status === 'CONFIRMED' ? never() : changed) });
    await order.update(cancelUpdate, {});
    expect(await order.handle.result()).toMatchObject({ outcome: 'CANCELLED' });
    expect(undoCalls(order)).toEqual(undone);
  });

  it('answers a repeated placement with what is known of the first', async () => {
    const order = await adopt({}, {}, { total: '12.50' });
    const { bodyHash, order: placed } = order.input;
    expect(await order.place()).toEqual({
      outcome: 'settled',
      total: '12.50',
      reason: null,
      bodyHash,
      placedAt: placed.placed_at,
    });
  });

  it('that cannot continue is undone in every service, for the given reason', async () => {
    const order = await adopt({}, {}, { stage: 'cancelled', reason: 'its workflow was lost' });
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'its workflow was lost' });
    expect(order.services.calls).toEqual(undone);
  });
});

describe('an order whose run was reset to before its delivery', () => {
  const delivered: Partial<Activities> = {
    changeDelivery: async ({ status }) =>
      status === 'DELIVERED' ? { outcome: 'unchanged' } : { outcome: 'refused', status: 'DELIVERED' },
  };

  it("catches up on the delivery side's reply, and refuses a late pick-up", async () => {
    const order = await adopt(delivered);
    await order.sees('agent assigned');
    expect(await move(order, 'PICKED_UP')).toMatchObject({ outcome: 'refused', code: 'ILLEGAL_TRANSITION' });
    expect(await order.handle.result()).toEqual({ outcome: 'DELIVERED', reason: null });
    expect(undoCalls(order)).toEqual([]);
  });
});
