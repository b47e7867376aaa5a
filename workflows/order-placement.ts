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
 * Records the order for the customer, has the restaurant create it, answers the placement. Returns a result if the order ends here. Both
 * steps normally run in one activity; when its second half fails, `createOrder` runs as a step of its own.
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
  /** The order was placed by an earlier run: repeats that run's answer, and adopts the order if it was in progress. */
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

  run.recordsInStep = recorded.created !== undefined || recorded.notCreated !== undefined;
  if (recorded.notCreated !== undefined) run.avoidLocal('restaurant', recorded.notCreated);
  const created = recorded.created ?? (await run.unlessStopped(() => call('createOrder', order)));
  switch (created.outcome) {
    case 'created':
      record.total = created.total;
      record.note('accepted by the restaurant side', `total ${created.total}`);
      run.placement = { outcome: 'placed', total: created.total, ...repeatable };
      logEvent('info', 'order placed', { event: 'order-placed' });
      return undefined;
    case 'rejected':
      forgetCreation();
      run.placement = { outcome: 'rejected', reason: created.reason, ...repeatable };
      await undoAll(run, created.reason);
      return { outcome: 'REJECTED', reason: created.reason };
    case 'settled':
      if (created.status === 'CANCELLED')
        throw new OrderStopped('the order was cancelled before it reached the restaurant');
      return settle(created.status, created.total ?? null);
  }
}

/**
 * Writes the customer's record, which returns what an earlier run did with the order. A stopped order is recorded too: only then is it known
 * what to undo. The restaurant may already have the order, from a workflow task whose completion was lost (ADR 13).
 */
async function recordFirst(run: OrderRun, forgetCreation: () => void): Promise<RecordOutcome> {
  const { order, bodyHash } = run.input;
  try {
    return await run.unlessStopped(() => run.call('recordOrder', { order, bodyHash, thenCreate: true }));
  } catch (error) {
    const stopped = error instanceof OrderStopped || isCancellation(error);
    if (stopped && patched('recorded-though-stopped'))
      return CancellationScope.nonCancellable(() => run.call('recordOrder', { order, bodyHash }));
    if (stopped) forgetCreation(); // orders of version 0.1 had not called the restaurant by then
    throw error;
  }
}

/**
 * Takes over an order that an old program has confirmed, or whose run was lost. Updates the restaurant's rows if the restaurant side
 * answers at once: where an old restaurant program runs, none of ours may. Registers the compensations of the steps done so far. Throws
 * OrderStopped for an order that is adopted only to be undone.
 */
export async function adopt(run: OrderRun): Promise<void> {
  const { record, saga, input } = run;
  const { order_id, user_id, placed_at } = input.order;
  saga.undoWith('customer record', () => recordProgress(run));
  saga.undoWith('restaurant order', () => changeOrder(run, 'CANCELLED'));
  const whole = patched(adoptedWhole);
  if (whole) {
    saga.undoWith('delivery', () => cancelDelivery(run)); // it may already have an agent
    record.total ??= input.total ?? null;
    run.placement ??= settledBefore(input);
  }
  if (input.stage === 'cancelled') throw new OrderStopped(input.reason ?? 'its workflow was lost');
  record.facts = after(record.facts, { kind: 'decide', status: 'CONFIRMED' });
  record.note('adopted', 'already confirmed');
  logEvent('info', 'order adopted', { event: 'order-adopted' });
  if (!whole) return;
  run.deliveryUncertain = true;
  const confirm = { order_id, user_id, placed_at, status: 'CONFIRMED' as const };
  const written = await run.unlessStopped(() => run.tryCall('changeOrder', confirm));
  if (written?.outcome === 'refused' && written.status !== null)
    throw new OrderStopped(`the restaurant's order is ${written.status}`);
}

/** Orders adopted by version 0.1 called no restaurant, undid no delivery that they had not requested, and answered `place` only at their end. */
const adoptedWhole = 'adopted-whole';

/** The answer to a repeated placement of an adopted order. */
const settledBefore = ({ order, bodyHash, total, reason }: OrderInput): PlacementOutcome => ({
  outcome: 'settled',
  total: total ?? null,
  reason: reason ?? null,
  bodyHash,
  placedAt: order.placed_at,
});
