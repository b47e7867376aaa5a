import type { CommandOf } from '../contracts/workflow';
import type { Submitted } from './inbox';
import { logEvent } from './log-event';
import { OrderStopped, type OrderRun } from './order-run';
import { changeOrder, recordProgress } from './order-writes';
import { after, judge, outcomeOf, refusal } from './rules';

/** Waits until every restaurant has decided. Each decision is answered as soon as it is written. */
export async function awaitDecisions(run: OrderRun): Promise<void> {
  const { record, watchdog, input } = run;
  watchdog.limit(input.policy.decisionLimitMs, () => run.stop('the restaurant did not decide in time'));
  while (record.facts.status === 'PENDING') {
    const step = await run.nextStep();
    if (step.command.kind === 'decide') await applyDecision(run, step, step.command);
    else step.outcome = tooEarly; // accepted because of an earlier decision, which the restaurant side then refused
  }
}

/** Applies a decision that does not end the order, after the restaurant side has written it. */
export async function applyDecision(run: OrderRun, step: Submitted, command: CommandOf<'decide'>): Promise<void> {
  const { record } = run;
  const { status, restaurant_id, reason } = command;
  // Accepted before a pick-up that was not yet known: a picked-up order is not taken apart.
  const verdict = judge(record.facts, command);
  if (verdict.verdict === 'refused') {
    step.outcome = outcomeOf(verdict);
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
    logEvent('info', 'order confirmed', { event: 'order-confirmed' });
  } else if (record.facts.status === 'CONFIRMED') run.inBackground(() => recordProgress(run)); // the total has changed
  step.outcome = { outcome: 'done' };
}

const tooEarly = refusal('ILLEGAL_TRANSITION', 'The restaurant has not confirmed the order yet.');
