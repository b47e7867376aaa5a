import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { PlaceStepReply } from '../../activities/combined';
import type { CreateOrderReply } from '../../contracts/messages';
import type { FirstPlacement, OrderResult } from '../../contracts/workflow';
import { undoAll } from './end';
import { cancelDelivery, cancelOrder, orderChange, recordProgress } from './participants';
import type { OrderRun } from './run';
import { OrderStopped } from './waits';

/** Records the order for the customer, has the restaurant create it (a stale one is only recorded at first), answers the placement. Returns a result if the order ends here. */
export async function place(run: OrderRun): Promise<OrderResult | undefined> {
  const { input, saga } = run;
  run.emit({ type: 'placed', restaurants: input.order.restaurants.length });
  limitPlacement(run);
  const forget = {
    record: saga.undoWith('customer record', () => recordProgress(run)),
    creation: saga.undoWith('restaurant order', () => undoCreation(run)),
  };
  const forgetAll = (): void => {
    forget.record();
    forget.creation();
  };

  const recorded = await recordAndCreate(run);
  if (recorded.outcome === 'settled') {
    forgetAll();
    return settle(run, recorded.first);
  }
  if (recorded.outcome === 'refused') {
    forgetAll();
    const { code, reason } = recorded;
    run.emit({ type: 'rejected', reason, code });
    await undoAll(run, reason);
    return { outcome: 'REJECTED', reason, code };
  }
  run.emit({ type: 'recorded', placedAt: recorded.placedAt });
  if (input.stale) await awaitOperator(run);
  if (recorded.notCreated !== undefined) run.avoidLocal('restaurant', recorded.notCreated);
  const created = recorded.created ?? (await run.unlessStopped(() => run.call('createOrder', input.order)));
  switch (created.outcome) {
    case 'created':
      run.emit({ type: 'accepted', total: created.total });
      return undefined;
    case 'rejected':
      forget.creation();
      run.emit({ type: 'rejected', reason: created.reason });
      await undoAll(run, created.reason);
      return { outcome: 'REJECTED', reason: created.reason };
    case 'settled':
      if (created.status === 'CANCELLED')
        throw new OrderStopped('the order was cancelled before it reached the restaurant');
      forgetAll();
      return settle(run, settledAt(run, created));
  }
}

const limitPlacement = (run: OrderRun): void =>
  run.watchdog.limit(run.policy.placementLimitMs, () =>
    run.emit({ type: 'stopped', reason: 'the restaurant side did not answer in time' }),
  );

/**
 * Waits until an operator has confirmed the order or a part of it; then the restaurants get it with that decision. A refusal, a cancel or the
 * limit ends it before any restaurant has seen it.
 */
async function awaitOperator(run: OrderRun): Promise<void> {
  run.emit({ type: 'stale' });
  run.watchdog.limit(run.policy.staleAfterMs, () =>
    run.emit({ type: 'stopped', reason: 'placed too long ago or in the future' }),
  );
  await run.until(() => run.inbox.nextStep() !== undefined);
  run.emit({ type: 'released' });
  limitPlacement(run);
}

/**
 * The customer's record says what an earlier run did with the order. A stopped order is recorded too: only then is it known what to undo.
 * The restaurant may already have the order, from a workflow task whose completion was lost (ADR 13).
 */
async function recordAndCreate(run: OrderRun): Promise<PlaceStepReply> {
  const { order, bodyHash, maxOpenOrders, stale } = run.input;
  const { log } = run.progress();
  const step = stale ? 'recordOrder' : 'placeOrder';
  try {
    return await run.unlessStopped(() => run.call(step, { order, bodyHash, maxOpenOrders, log }));
  } catch (error) {
    if (!(error instanceof OrderStopped || isCancellation(error))) throw error;
    return CancellationScope.nonCancellable(() => run.call('recordOrder', { order, bodyHash, log }));
  }
}

/** The order was placed by an earlier run: repeats that run's answer, and adopts the order if it was in progress. */
async function settle(run: OrderRun, first: FirstPlacement): Promise<OrderResult | undefined> {
  const { status, delivered } = first;
  run.emit({ type: 'placed-before', ...first });
  if (status !== 'CONFIRMED' || delivered || run.state.first.bodyHash !== run.input.bodyHash)
    return { outcome: 'SETTLED', reason: `placed before, ${status}` };
  await adopt(run);
  return undefined;
}

/** What the restaurant side knows of the first placement, where the customer's record is new. */
const settledAt = (
  { state }: OrderRun,
  { status, total }: Extract<CreateOrderReply, { outcome: 'settled' }>,
): FirstPlacement => ({ status, delivered: false, total: total ?? null, reason: null, ...state.first });

/**
 * Undoes the restaurant's rows. The restaurant side may be ahead of this run: a decision and the search for an agent may have been carried
 * out in a workflow task whose completion never reached the server. Their effects exist although this run does not know of them, so
 * the delivery is undone as well.
 */
async function undoCreation(run: OrderRun): Promise<void> {
  const reply = await cancelOrder(run);
  const from = reply.outcome === 'refused' ? undefined : reply.from;
  if (run.state.status === 'PENDING' && from && from !== 'PENDING') await cancelDelivery(run);
}

/**
 * Takes over an order that an old program has confirmed, or whose run was lost. Updates the restaurant's rows if the restaurant side
 * answers at once: where an old restaurant program runs, none of ours may. Registers the compensations of the steps done so far. Throws
 * OrderStopped for an order that is adopted only to be undone.
 */
export async function adopt(run: OrderRun): Promise<void> {
  const { saga, input } = run;
  saga.undoWith('customer record', () => recordProgress(run));
  saga.undoWith('restaurant order', () => cancelOrder(run));
  saga.undoWith('delivery', () => cancelDelivery(run)); // it may already have an agent
  const confirmed = input.stage !== 'cancelled';
  run.emit({ type: 'adopted', confirmed, total: input.total ?? null, reason: input.reason ?? null });
  if (!confirmed) throw new OrderStopped(input.reason ?? 'its workflow was lost');
  const written = await run.unlessStopped(() => run.tryCall('changeOrder', orderChange(run, 'CONFIRMED')));
  if (written?.outcome === 'refused' && written.status !== null)
    throw new OrderStopped(`the restaurant's order is ${written.status}`);
}
