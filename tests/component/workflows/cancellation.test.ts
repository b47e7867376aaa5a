/** Orders that end early, and their compensations. */
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { RecordOutcome } from '../../../activities/orders';
import { orderWorkflowId } from '../../../contracts/names';
import { cancelUpdate, decideUpdate } from '../../../workflows/messages';
import { aGate } from '../../fixtures/gate';
import { confirm, done, move, orderStage, undoCalls } from '../../fixtures/order-stage';
import type { OrderUnderTest } from '../../fixtures/workflows';

const { temporal, given } = orderStage();

describe('an order that ends early', () => {
  it('is rejected when an item is not available, and leaves nothing to undo at the restaurant side', async () => {
    const order = await given({ createOrder: async () => ({ outcome: 'rejected', reason: 'no soup today' }) });
    expect(await order.place()).toMatchObject({ outcome: 'rejected', reason: 'no soup today' });
    expect(await order.handle.result()).toEqual({ outcome: 'REJECTED', reason: 'no soup today' });
    expect(undoCalls(order)).toEqual(['recordProgress CANCELLED']);
  });

  it('is refused when its customer has too many open ones, and leaves nothing at all', async () => {
    const refused: RecordOutcome = { outcome: 'refused', code: 'TOO_MANY_OPEN_ORDERS', reason: 'enough' };
    const order = await given({ recordOrder: async () => refused });
    expect(await order.place()).toMatchObject({ outcome: 'rejected', code: 'TOO_MANY_OPEN_ORDERS', reason: 'enough' });
    expect(await order.handle.result()).toEqual({
      outcome: 'REJECTED',
      code: 'TOO_MANY_OPEN_ORDERS',
      reason: 'enough',
    });
    expect(undoCalls(order)).toEqual([]);
  });

  it('is undone when the restaurant refuses it', async () => {
    const order = await given();
    await order.place();
    expect(await order.update(decideUpdate, { status: 'CANCELLED', reason: 'kitchen on fire' })).toEqual(done);
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'kitchen on fire' });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it.each([
    ['the customer', 'customer', (user_id: string) => ({ by: { role: 'customer' as const, user_id } })],
    ['an operator', 'operator', () => ({})],
  ])('shows that %s has cancelled it', async (_who, role, author) => {
    const order = await given();
    await order.place();
    const { user_id } = await order.view();
    expect(await order.update(cancelUpdate, { reason: 'changed my mind', ...author(user_id) })).toEqual(done);
    const { timeline } = await order.view();
    const detail = `by the ${role}: changed my mind`;
    expect(timeline).toContainEqual(expect.objectContaining({ event: 'cancelling', detail }));
  });

  it.each(['placed', 'confirmed'])(
    'is cancelled by the customer when %s, and the cancel is answered when everything is undone',
    async (when) => {
      const order = await given();
      await order.place();
      if (when === 'confirmed') await confirm(order);
      expect(await order.update(cancelUpdate, { reason: 'changed my mind' })).toEqual(done);
      expect(undoCalls(order)).toContain('recordProgress CANCELLED');
      expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'changed my mind' });
      expect(undoCalls(order)).toContain('changeOrder CANCELLED');
      expect(undoCalls(order).includes('changeDelivery CANCELLED')).toBe(when === 'confirmed');
    },
  );

  it.each(['CONFIRMED', 'CANCELLED'] as const)(
    'has its delivery undone too, when the restaurant side had it %s and that reply was lost',
    async (from) => {
      const order = await given({ changeOrder: async () => ({ outcome: 'changed', from }) });
      await order.place();
      expect(await order.update(cancelUpdate, {})).toEqual(done);
      expect(undoCalls(order)).toContain('changeDelivery CANCELLED');
    },
  );

  it('has its stop in the history before anything is undone, so that a lost task cannot continue it', async () => {
    const committed: boolean[] = [];
    const order = await given({
      changeOrder: async ({ order_id }) => {
        const { events } = await temporal().client.workflow.getHandle(orderWorkflowId(order_id)).fetchHistory();
        const accepted = events?.flatMap((event) => event.workflowExecutionUpdateAcceptedEventAttributes ?? []) ?? [];
        committed.push(accepted.some(({ acceptedRequest }) => acceptedRequest?.input?.name === cancelUpdate.name));
        return { outcome: 'changed' };
      },
    });
    await order.place();
    expect(await order.update(cancelUpdate, {})).toEqual(done);
    expect(committed).toEqual([true]);
  });

  it('is cancelled by its courier, even after pick-up', async () => {
    const order = await given();
    await confirm(order);
    await move(order, 'PICKED_UP');
    expect(await move(order, 'CANCELLED')).toEqual(done);
    expect(await order.handle.result()).toMatchObject({ outcome: 'CANCELLED', reason: 'cancelled by the courier' });
  });

  it('is undone and ends CANCELED when an operator cancels the workflow', async () => {
    const order = await given();
    await confirm(order);
    await order.sees('agent assigned');
    await order.handle.cancel();
    const err: unknown = await order.handle.result().catch((e: unknown) => e);
    expect(err instanceof WorkflowFailedError && err.cause instanceof CancelledFailure).toBe(true);
    expect(undoCalls(order)).toEqual(['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('fails after its other compensations when one fails permanently', async () => {
    const order = await given({
      changeOrder: async () => {
        throw ApplicationFailure.nonRetryable('no such thing', 'MALFORMED_MESSAGE');
      },
    });
    await order.place();
    await order.update(cancelUpdate, {});
    const err: unknown = await order.handle.result().catch((e: unknown) => e);
    expect(err instanceof WorkflowFailedError && err.cause instanceof ApplicationFailure && err.cause.type).toBe(
      'UndoFailed',
    );
    expect(undoCalls(order)).toContain('recordProgress CANCELLED');
    expect(await order.attention()).toBe('UNDO_FAILING');
  });
});

describe('an order that is stopped while its customer record is being written', () => {
  /** The record is answered after the order has been stopped. */
  const stoppedEarly = async (recorded: (bodyHash: string) => RecordOutcome, stop: Stop) => {
    const gate = aGate();
    const order = await given({
      recordOrder: async ({ bodyHash }) => gate.promise.then(() => recorded(bodyHash)),
    });
    const stopped = await stop(order);
    gate.open();
    return { order, stopped };
  };
  type Stop = (order: OrderUnderTest) => Promise<{ result(): Promise<unknown> }>;
  const byCustomer: Stop = (order) =>
    order.handle.startUpdate(cancelUpdate, { args: [{ reason: 'changed my mind' }], waitForStage: 'ACCEPTED' });
  const byOperator: Stop = async (order) => {
    await order.handle.cancel();
    return order.handle;
  };
  const earlierRun = { placedAt: '2026-01-01T00:00:00.000Z', total: '12.50', reason: null, delivered: false };

  it('is undone at its restaurant too, because a lost task may have placed it', async () => {
    const { order, stopped } = await stoppedEarly(() => ({ outcome: 'recorded' }), byCustomer);
    expect(await stopped.result()).toEqual(done);
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'changed my mind' });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('is undone in the same way when an operator cancels it', async () => {
    const { order, stopped } = await stoppedEarly(() => ({ outcome: 'recorded' }), byOperator);
    await expect(stopped.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) as unknown });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('is undone in every service if an earlier run confirmed it', async () => {
    const { order, stopped } = await stoppedEarly(
      (bodyHash) => ({ outcome: 'settled', first: { ...earlierRun, status: 'CONFIRMED', bodyHash } }),
      byCustomer,
    );
    expect(await stopped.result()).toEqual(done);
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'changed my mind' });
    expect(undoCalls(order)).toEqual(['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it.each([
    ['an earlier run delivered it', 'refused', { status: 'CONFIRMED', delivered: true }],
    ['an earlier run cancelled it', 'done', { status: 'CANCELLED' }],
    ['its key belongs to another order', 'refused', { status: 'CONFIRMED', bodyHash: 'another hash' }],
  ] as const)('has nothing undone if %s, and the cancel is %s', async (_where, outcome, first) => {
    const { order, stopped } = await stoppedEarly(
      (bodyHash) => ({ outcome: 'settled', first: { ...earlierRun, bodyHash, ...first } }),
      byCustomer,
    );
    expect(await stopped.result()).toMatchObject({ outcome });
    expect(await order.handle.result()).toEqual({ outcome: 'SETTLED', reason: `placed before, ${first.status}` });
    expect(undoCalls(order)).toEqual([]);
  });
});
