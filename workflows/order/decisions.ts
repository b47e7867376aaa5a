import type { SearchInStep } from '../../activities/combined';
import { carryOut } from './commands';
import type { OrderRun } from './run';

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
    if (step) search = await carryOut(run, step);
  }
  return search;
}
