/** An order that ends early, and how it is undone. */
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { orderWorkflowId } from '../../contracts/names';
import { cancelUpdate, decideUpdate } from '../../workflows/messages';
import { confirm, done, move, never, orderStage, undoCalls } from '../fixtures/order-stage';

const { temporal, given } = orderStage();

describe('an order that is called off', () => {
  it('is rejected where the restaurant side has not got what was ordered, and leaves nothing there to undo', async () => {
    const order = await given({ createOrder: async () => ({ outcome: 'rejected', reason: 'no soup today' }) });
    expect(await order.place()).toMatchObject({ outcome: 'rejected', reason: 'no soup today' });
    expect(await order.handle.result()).toEqual({ outcome: 'REJECTED', reason: 'no soup today' });
    expect(undoCalls(order)).toEqual(['recordProgress CANCELLED']);
  });

  it('is refused by the restaurant and undone', async () => {
    const order = await given();
    await order.place();
    expect(await order.update(decideUpdate, { status: 'CANCELLED', reason: 'kitchen on fire' })).toEqual(done);
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'kitchen on fire' });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it.each(['placed', 'confirmed'])(
    'is cancelled by the customer when %s, and the cancel answers when all is undone',
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
    'has its delivery undone as well, where the restaurant side has it %s and the word of that was lost',
    async (from) => {
      const order = await given({ changeOrder: async () => ({ outcome: 'changed', from }) });
      await order.place();
      expect(await order.update(cancelUpdate, {})).toEqual(done);
      expect(undoCalls(order)).toContain('changeDelivery CANCELLED');
    },
  );

  it('is stopped for good before anything is undone: a task that is lost does not let it go on half undone', async () => {
    const kept: boolean[] = [];
    const order = await given({
      changeOrder: async ({ order_id }) => {
        const { events } = await temporal().client.workflow.getHandle(orderWorkflowId(order_id)).fetchHistory();
        const accepted = events?.flatMap((event) => event.workflowExecutionUpdateAcceptedEventAttributes ?? []) ?? [];
        kept.push(accepted.some(({ acceptedRequest }) => acceptedRequest?.input?.name === cancelUpdate.name));
        return { outcome: 'changed' };
      },
    });
    await order.place();
    expect(await order.update(cancelUpdate, {})).toEqual(done);
    expect(kept).toEqual([true]);
  });

  it('is called off by its courier, also after pick-up', async () => {
    const order = await given();
    await confirm(order);
    await move(order, 'PICKED_UP');
    expect(await move(order, 'CANCELLED')).toEqual(done);
    expect(await order.handle.result()).toMatchObject({ outcome: 'CANCELLED', reason: 'cancelled by the courier' });
  });

  it('while its customer is being written is undone at its restaurant too, where a forgotten task may have placed it', async () => {
    const order = await given({ recordOrder: never });
    expect(await order.update(cancelUpdate, {})).toEqual(done);
    await order.handle.result();
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('ends CANCELED after the undo when an operator cancels the workflow', async () => {
    const order = await given();
    await confirm(order);
    await order.sees('agent assigned');
    await order.handle.cancel();
    const err: unknown = await order.handle.result().catch((e: unknown) => e);
    expect(err instanceof WorkflowFailedError && err.cause instanceof CancelledFailure).toBe(true);
    expect(undoCalls(order)).toEqual(['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('fails loudly when an undo can never succeed, after the other undos', async () => {
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
