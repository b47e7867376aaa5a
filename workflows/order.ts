import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import type { DeliveryStatus } from '../contracts/states';
import type { OrderInput, OrderResult } from '../contracts/workflow';
import { openOrder, OrderStopped, type OrderRun } from './order-run';

/**
 * One order from placement to delivery.
 *
 *   step         participant   compensation
 *   record       user          the customer's record becomes CANCELLED
 *   create       restaurant    the restaurant's rows become CANCELLED
 *   decide       restaurant    (the same)
 *   find agent   delivery      the delivery becomes CANCELLED, the agent is free again
 *   pick up      delivery      (the same; a courier may still give up)
 *   deliver      delivery      none: the order is done
 *
 * A refusal, a cancel or a limit that runs out undoes what was done and ends COMPLETED with outcome CANCELLED; an operator's
 * `temporal workflow cancel` undoes the same and ends CANCELED.
 */
export async function orderWorkflow(input: OrderInput): Promise<OrderResult> {
  const run = openOrder(input);
  try {
    const early = await place(run);
    if (early) return await end(run, early);
    await awaitDecision(run);
    await findAgent(run);
    await pickUp(run);
    await deliver(run);
    return await end(run, { outcome: 'DELIVERED', reason: null });
  } catch (err) {
    const reason =
      err instanceof OrderStopped
        ? err.message
        : isCancellation(err)
          ? 'cancelled by an operator'
          : `failed: ${String(err)}`;
    const failed = await undoAll(run, reason);
    const result = await end(run, { outcome: 'CANCELLED', reason });
    if (failed.length > 0)
      throw ApplicationFailure.nonRetryable(`could not undo: ${failed.join(', ')}`, 'UndoFailed', result);
    if (err instanceof OrderStopped) return result;
    if (isCancellation(err)) throw err;
    throw ApplicationFailure.nonRetryable(reason, 'OrderFailed', result);
  }
}

/** Steps: record for the customer, have the restaurant create, answer the placement. Returns a result where the order ends here. */
async function place(run: OrderRun): Promise<OrderResult | undefined> {
  const { input, record, saga, call, watchdog } = run;
  const { order, bodyHash } = input;
  const repeatable = { bodyHash, placedAt: order.placed_at };
  record.note('placed', `${order.restaurants.length} restaurant(s)`);
  watchdog.limit(input.policy.placementLimitMs, () => run.stop('the restaurant side did not answer in time'));

  const forgetRecord = saga.undoWith('customer record', () => recordProgress(run));
  const recorded = await run.unlessStopped(() => call('recordOrder', { order, bodyHash }));
  if (recorded.outcome === 'settled') {
    forgetRecord();
    record.facts = { ...record.facts, status: recorded.status };
    run.placement = { outcome: 'settled', ...repeatable };
    return { outcome: 'SETTLED', reason: `already ${recorded.status}` };
  }

  const forgetCreation = saga.undoWith('restaurant order', () => changeOrder(run, 'CANCELLED'));
  const created = await run.unlessStopped(() => call('createOrder', order));
  switch (created.outcome) {
    case 'created':
      record.total = created.total;
      record.note('accepted by the restaurant side', `total ${created.total}`);
      run.placement = { outcome: 'placed', total: created.total, ...repeatable };
      return undefined;
    case 'rejected':
      forgetCreation();
      run.placement = { outcome: 'rejected', reason: created.reason, ...repeatable };
      await undoAll(run, created.reason);
      return { outcome: 'REJECTED', reason: created.reason };
    case 'settled':
      if (created.status === 'CANCELLED')
        throw new OrderStopped('the order was cancelled before the restaurant side had it');
      forgetRecord();
      forgetCreation();
      record.facts = { ...record.facts, status: created.status };
      run.placement = { outcome: 'settled', ...repeatable };
      return { outcome: 'SETTLED', reason: `already ${created.status}` };
  }
}

/** Waits for the restaurant's word; its answer waits for the decision's own write and no longer. */
async function awaitDecision(run: OrderRun): Promise<void> {
  const { record, watchdog, input } = run;
  watchdog.limit(input.policy.decisionLimitMs, () => run.stop('the restaurant did not decide in time'));
  const confirm = await run.nextStep();
  const written = await run.unlessStopped(() => changeOrder(run, 'CONFIRMED'));
  if (written.outcome === 'refused') throw new OrderStopped(`the restaurant's order is ${written.status ?? 'missing'}`);
  record.facts = { ...record.facts, status: 'CONFIRMED' };
  record.note('confirmed by the restaurant');
  confirm.outcome = { outcome: 'done' };
}

/** Asks for an agent; where none is free the order waits its turn, is told by a signal, and asks again now and then. */
async function findAgent(run: OrderRun): Promise<void> {
  const { input, record, saga, watchdog } = run;
  const { order_id } = input.order;
  watchdog.limit(input.policy.courierLimitMs, () => run.stop('no agent was found in time'));
  saga.undoWith('delivery', () => run.call('changeDelivery', { order_id, status: 'CANCELLED' }));

  run.inBackground(() => recordProgress(run));
  for (let queued = false; !record.agent; queued = true) {
    const reply = await run.unlessStopped(() => run.call('assignAgent', { order_id }));
    if (reply.outcome === 'closed') throw new OrderStopped(`the delivery is already ${reply.status}`);
    if (reply.outcome === 'assigned') {
      setAgent(run, reply, reply.status);
    } else {
      if (!queued) record.note('waiting for an agent');
      refuseEarlyMoves(run);
      await run.until(
        () => run.assigned !== undefined || run.inbox.next('step') !== undefined,
        input.policy.reaskIntervalMs,
      );
      if (run.assigned) setAgent(run, run.assigned, 'PENDING');
    }
  }
}

function setAgent(run: OrderRun, agent: { agent_id: string; agent_name: string }, status: DeliveryStatus): void {
  run.record.agent = { agent_id: agent.agent_id, agent_name: agent.agent_name };
  run.record.facts = { ...run.record.facts, delivery: status };
  run.record.note('agent assigned', agent.agent_name);
}

/** A courier's step that came before any agent: the delivery side has just said again that there is none. */
function refuseEarlyMoves(run: OrderRun): void {
  for (let early = run.inbox.next('step'); early; early = run.inbox.next('step')) {
    early.outcome = { outcome: 'refused', code: 'NO_AGENT_YET', message: 'No agent is assigned to the order yet.' };
  }
}

async function pickUp(run: OrderRun): Promise<void> {
  run.watchdog.limit(run.input.policy.pickupLimitMs, () => run.stop('the agent did not pick up in time'));
  await moveTo(run, 'PICKED_UP', 'picked up');
}

/** The food is in the bag: no limit cancels any more, lateness is shown to people. */
async function deliver(run: OrderRun): Promise<void> {
  const { record, watchdog, input } = run;
  watchdog.limit(input.policy.deliveryAttentionMs, () => {
    record.attention = 'DELIVERY_LATE';
    record.note('late: needs a person');
    record.show();
  });
  await moveTo(run, 'DELIVERED', 'delivered');
}

/** Waits for the courier's word and has the delivery side write it. A refusal there answers the command and the wait goes on. */
async function moveTo(run: OrderRun, status: 'PICKED_UP' | 'DELIVERED', event: string): Promise<void> {
  const { record, input } = run;
  const { order_id } = input.order;
  while (record.facts.delivery !== status) {
    const step = await run.nextStep();
    if (step.command.kind !== 'moveDelivery' || step.command.status !== status) {
      step.outcome = {
        outcome: 'refused',
        code: 'ILLEGAL_TRANSITION',
        message: `The delivery is ${record.facts.delivery}.`,
      };
      continue;
    }
    const moved = await run.unlessStopped(() => run.call('changeDelivery', { order_id, status }, `Delivery ${status}`));
    if (moved.outcome === 'refused') {
      step.outcome = {
        outcome: 'refused',
        code: 'ILLEGAL_TRANSITION',
        message: `The delivery is ${moved.status ?? 'missing'}.`,
      };
      continue;
    }
    record.facts = { ...record.facts, delivery: status };
    record.note(event);
    run.watchdog.clear();
    if (status === 'DELIVERED') run.inBackground(() => recordProgress(run));
    step.outcome = { outcome: 'done' };
  }
}

/** Runs the compensations; the order is CANCELLED from here on. Not interrupted by anything. Returns what could not be undone. */
async function undoAll(run: OrderRun, reason: string): Promise<string[]> {
  const { record, watchdog } = run;
  watchdog.clear();
  run.stop(reason);
  record.reason = reason;
  record.note('stopping', reason);
  const failed = await run.saga.compensate();
  record.facts = { status: 'CANCELLED', delivery: record.facts.delivery === null ? null : 'CANCELLED' };
  record.attention = failed.length > 0 ? 'UNDO_FAILING' : null;
  record.note('cancelled');
  return failed;
}

/** Answers everybody who still waits, shows the end, lets the handlers finish. */
async function end(run: OrderRun, result: OrderResult): Promise<OrderResult> {
  const { record, inbox, input } = run;
  const { bodyHash, order } = input;
  run.placement ??= { outcome: 'cancelled', reason: result.reason ?? 'cancelled', bodyHash, placedAt: order.placed_at };
  inbox.settleAll();
  record.show();
  await CancellationScope.nonCancellable(async () => {
    await run.backgroundDone();
    await condition(allHandlersFinished);
  });
  return result;
}

const changeOrder = (run: OrderRun, status: 'CONFIRMED' | 'CANCELLED') => {
  const { order_id, user_id, placed_at } = run.input.order;
  return run.call(
    'changeOrder',
    { order_id, user_id, placed_at, status, reason: run.record.reason },
    `Restaurant order ${status}`,
  );
};

/** The customer's record follows the order; while the order is being undone it becomes CANCELLED. */
const recordProgress = (run: OrderRun): Promise<void> => {
  const { order_id, user_id, placed_at } = run.input.order;
  const { facts, total, reason } = run.record;
  const status = reason === null ? facts.status : 'CANCELLED';
  return run.call('recordProgress', {
    order_id,
    user_id,
    placed_at,
    status,
    delivered: facts.delivery === 'DELIVERED',
    total,
    reason,
  });
};
