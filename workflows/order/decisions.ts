import type { CommandOf } from '../../contracts/workflow';
import type { SearchInStep } from '../../activities/combined';
import { decide, isRefused, outcomeOf } from './decide';
import type { OrderEvent } from './events';
import { evolve } from './evolve';
import type { Submitted } from './inbox';
import { cancelDelivery, orderChange, recordProgress } from './participants';
import { progressOf } from './projections';
import type { OrderRun } from './run';
import { OrderStopped } from './waits';

/**
 * Waits until every restaurant has decided. Each decision is answered as soon as it is written. Returns the search for an agent that the
 * last one has led to, if it is already known.
 */
export async function awaitDecisions(run: OrderRun): Promise<SearchInStep> {
  const { policy, watchdog } = run;
  if (run.state.status !== 'PENDING') return {}; // an adopted order
  watchdog.limit(policy.decisionLimitMs, () =>
    run.emit({ type: 'stopped', reason: 'the restaurant did not decide in time' }),
  );
  let search: SearchInStep = {};
  while (run.state.status === 'PENDING') {
    await run.until(() => run.inbox.nextStep() !== undefined);
    const step = run.inbox.nextStep();
    if (!step) continue;
    if (step.command.kind === 'decide') search = await applyDecision(run, step, step.command);
    else step.answer(outcomeOf(decide(run.state, step.command))); // accepted because of a decision that was then refused
  }
  return search;
}

/** Has the restaurant side write a decision that does not end the order. The one that confirms the order asks for an agent, too. */
export async function applyDecision(
  run: OrderRun,
  step: Submitted,
  command: CommandOf<'decide'>,
): Promise<SearchInStep> {
  const decided = decide(run.state, command); // again: a picked-up order is not taken apart
  if (isRefused(decided) || decided.events.length === 0) {
    step.answer(outcomeOf(decided));
    return {};
  }
  const { events } = decided;
  const confirms = events.some(({ type }) => type === 'confirmed');
  const write = confirms ? confirmOrder : changePart;
  const { written, ...search } = await run.watchdog.holdDuring(
    () => run.unlessStopped(() => write(run, command, events)),
    () => confirms,
  );
  if (written.outcome === 'refused') throw new OrderStopped(`the restaurant's order is ${written.status ?? 'missing'}`);
  run.emit(...events);
  if (written.total && written.total !== run.state.total) run.emit({ type: 'repriced', total: written.total });
  if (!confirms && run.state.status === 'CONFIRMED') run.inBackground(() => recordProgress(run)); // the total has changed
  step.answer({ outcome: 'done' });
  return search;
}

/** The last decision, the search for an agent and the customer's record in one activity. */
function confirmOrder(run: OrderRun, command: CommandOf<'decide'>, events: readonly OrderEvent[]) {
  run.saga.undoWith('delivery', () => cancelDelivery(run));
  const progress = progressOf(events.reduce(evolve, run.state));
  return run.call('confirmOrder', { change: orderChange(run, command.status, command), progress });
}

async function changePart(run: OrderRun, command: CommandOf<'decide'>) {
  const change = orderChange(run, command.status, command);
  const summary = `Part of restaurant ${command.restaurant_id} ${command.status}`;
  return { written: await run.call('changeOrder', change, summary) };
}
