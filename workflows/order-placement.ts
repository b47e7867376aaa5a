import { CancellationScope, isCancellation, patched } from '@temporalio/workflow';
import type { RecordOutcome } from '../activities/orders';
import type { OrderStatus } from '../contracts/states';
import type { OrderInput, OrderResult, PlacementOutcome } from '../contracts/workflow';
import { logEvent } from './log-event';
import { OrderStopped, type OrderRun } from './order-run';
import { cancelDelivery, cancelOrder, changeOrder, recordProgress } from './order-writes';
import { undoAll } from './order-end';
import { after } from './rules';

/**
 * Steps: record for the customer, have the restaurant create, answer the placement. Returns a result where the order ends here. Both steps are
 * one activity as long as all is well; the restaurant's is made up for where it could not be done along.
 */
export async function place(run: OrderRun): Promise<OrderResult | undefined> {
  const { input, record, saga, call, watchdog } = run;
  const { order, bodyHash } = input;
  record.note('placed', `${order.restaurants.length} restaurant(s)`);
  watchdog.limit(input.policy.placementLimitMs, () => run.stop('the restaurant side did not answer in time'));

  const forgetRecord = saga.undoWith('customer record', () => recordProgress(run));
  const forgetCreation = saga.undoWith('restaurant order', () => cancelOrder(run));
  const recorded = await recordFirst(run, forgetCreation);
  const { first } = recorded;
  const repeatable = { bodyHash: first?.bodyHash ?? bodyHash, placedAt: first?.placedAt ?? order.placed_at };
  /** It was placed before, by a run that is gone: that one's answer. Where it was under way it is taken up again. */
  const settle = async (status: OrderStatus, total: string | null): Promise<OrderResult | undefined> => {
    forgetRecord();
    forgetCreation();
    run.placement = { outcome: 'settled', total, reason: first?.reason ?? null, ...repeatable };
    if (status === 'CONFIRMED' && first?.delivered === false && repeatable.bodyHash === bodyHash) {
      record.total = total;
      await adopt(run);
      return undefined;
    }
    record.facts = { ...record.facts, status };
    return { outcome: 'SETTLED', reason: `placed before, ${status}` };
  };
  if (recorded.outcome === 'settled' || repeatable.bodyHash !== bodyHash)
    return settle(first?.status ?? 'CANCELLED', first?.total ?? null);

  run.recordsAlong = recorded.created !== undefined || recorded.notCreated !== undefined;
  if (recorded.notCreated !== undefined) run.avoidLocal('restaurant', recorded.notCreated);
  const created = recorded.created ?? (await run.unlessStopped(() => call('createOrder', order)));
  switch (created.outcome) {
    case 'created':
      record.total = created.total;
      record.note('accepted by the restaurant side', `total ${created.total}`);
      run.placement = { outcome: 'placed', total: created.total, ...repeatable };
      logEvent('info', 'an order is placed', { event: 'order-placed' });
      return undefined;
    case 'rejected':
      forgetCreation();
      run.placement = { outcome: 'rejected', reason: created.reason, ...repeatable };
      await undoAll(run, created.reason);
      return { outcome: 'REJECTED', reason: created.reason };
    case 'settled':
      if (created.status === 'CANCELLED')
        throw new OrderStopped('the order was cancelled before the restaurant side had it');
      return settle(created.status, created.total ?? null);
  }
}

/**
 * The customer's record, which tells what an earlier run has made of the order. An order that is stopped meanwhile has it all the same: only
 * then is it known what there is to undo. The restaurant may have the order already, from a task that was done and forgotten (ADR 13).
 */
async function recordFirst(run: OrderRun, forgetCreation: () => void): Promise<RecordOutcome> {
  const { order, bodyHash } = run.input;
  try {
    return await run.unlessStopped(() => run.call('recordOrder', { order, bodyHash, thenCreate: true }));
  } catch (err) {
    const stopped = err instanceof OrderStopped || isCancellation(err);
    if (stopped && patched('recorded-though-stopped'))
      return CancellationScope.nonCancellable(() => run.call('recordOrder', { order, bodyHash }));
    if (stopped) forgetCreation(); // version 0.1 had not asked the restaurant by then
    throw err;
  }
}

/**
 * An order that an old program has carried to CONFIRMED, or whose run was lost. The restaurant's rows follow, where it answers at once:
 * beside an old restaurant there is nobody who would. What was done there is undone like our own, should it come to that; at once, where
 * the order is adopted only to be undone (throws OrderStopped).
 */
export async function adopt(run: OrderRun): Promise<void> {
  const { record, saga, input } = run;
  const { order_id, user_id, placed_at } = input.order;
  saga.undoWith('customer record', () => recordProgress(run));
  saga.undoWith('restaurant order', () => changeOrder(run, 'CANCELLED'));
  const whole = patched(adoptedWhole);
  if (whole) {
    saga.undoWith('delivery', () => cancelDelivery(run)); // it may have its agent
    record.total ??= input.total ?? null;
    run.placement ??= settledBefore(input);
  }
  if (input.stage === 'cancelled') throw new OrderStopped(input.reason ?? 'its workflow was lost');
  record.facts = after(record.facts, { kind: 'decide', status: 'CONFIRMED' });
  record.note('adopted', 'already confirmed');
  logEvent('info', 'an order is taken over', { event: 'order-adopted' });
  if (!whole) return;
  run.mayBeDelivered = true;
  const confirm = { order_id, user_id, placed_at, status: 'CONFIRMED' as const };
  const written = await run.unlessStopped(() => run.tryCall('changeOrder', confirm));
  if (written?.outcome === 'refused' && written.status !== null)
    throw new OrderStopped(`the restaurant's order is ${written.status}`);
}

/** Orders adopted by version 0.1 asked no restaurant, undid no delivery that they had not asked for themselves, and answered `place` at their end. */
const adoptedWhole = 'adopted-whole';

/** What a repeated placement of an adopted order is answered with. */
const settledBefore = ({ order, bodyHash, total, reason }: OrderInput): PlacementOutcome => ({
  outcome: 'settled',
  total: total ?? null,
  reason: reason ?? null,
  bodyHash,
  placedAt: order.placed_at,
});
