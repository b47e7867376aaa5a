import type { CommandOutcome, OrderCommand } from '../contracts/workflow';
import type { Submitted } from './inbox';
import { logEvent } from './log-event';
import { OrderStopped, type OrderRun } from './order-run';
import { changeOrder, recordProgress } from './order-writes';
import { after, judge } from './rules';

type Decide = Extract<OrderCommand, { kind: 'decide' }>;

/** Waits until every restaurant has decided; each answer waits for its decision's own write and no longer. */
export async function awaitDecisions(run: OrderRun): Promise<void> {
  const { record, watchdog, input } = run;
  watchdog.limit(input.policy.decisionLimitMs, () => run.stop('the restaurant did not decide in time'));
  while (record.facts.status === 'PENDING') {
    const step = await run.nextStep();
    if (step.command.kind === 'decide') await carryOut(run, step, step.command);
    else step.outcome = tooEarly; // a decision before it, which would have let it through, was refused by the restaurant side
  }
}

/** A decision that does not end the order: the restaurant side writes it first. Whether it is due, the rules have said. */
export async function carryOut(run: OrderRun, step: Submitted, command: Decide): Promise<void> {
  const { record } = run;
  const { status, restaurant_id, reason } = command;
  // Let in before a pick-up that nobody could know of yet: what is picked up is not taken apart.
  const verdict = judge(record.facts, command);
  if (verdict.verdict === 'refused') {
    step.outcome = { outcome: 'refused', code: verdict.code, message: verdict.message };
    return;
  }
  const part = restaurant_id ? { restaurant_id, ...(reason && { reason }) } : {};
  const written = await run.watchdog.holdDuring(() => run.unlessStopped(() => changeOrder(run, status, part)));
  if (written.outcome === 'refused') throw new OrderStopped(`the restaurant's order is ${written.status ?? 'missing'}`);
  const { status: before } = record.facts;
  record.facts = after(record.facts, command);
  record.total = written.total ?? record.total;
  if (restaurant_id)
    record.note(`${status === 'CONFIRMED' ? 'confirmed' : 'refused'} by one restaurant`, reason ?? restaurant_id);
  if (record.facts.status !== before) {
    record.note('confirmed by the restaurant');
    logEvent('info', 'an order is confirmed', { event: 'order-confirmed' });
  } else if (record.facts.status === 'CONFIRMED') run.inBackground(() => recordProgress(run)); // the total is another
  step.outcome = { outcome: 'done' };
}

const tooEarly: CommandOutcome = {
  outcome: 'refused',
  code: 'ILLEGAL_TRANSITION',
  message: 'The restaurant has not confirmed the order yet.',
};
