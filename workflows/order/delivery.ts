import type { SearchInStep } from '../../activities/combined';
import type { SearchReply } from '../../activities/delivery';
import type { DeliveryStatus } from '../../contracts/states';
import type { AssignedAgent, OrderResult } from '../../contracts/workflow';
import { carryOut, handBack, noteDelivered } from './commands';
import { cancelDelivery, recordProgress } from './participants';
import type { OrderRun } from './run';
import { OrderStopped } from './waits';
import type { OrderState } from './state';

/**
 * Asks for an agent. If none is free the order waits for the signal that names one, and asks again from time to time. The limit counts
 * over all searches. Returns a result if the order ends here: an adopted one may already have been delivered.
 */
export async function findAgent(run: OrderRun, begun: SearchInStep): Promise<OrderResult | undefined> {
  const { policy, saga, watchdog } = run;
  const since = Date.now();
  const limitSearch = () =>
    watchdog.limit(Math.max(policy.courierLimitMs - run.state.searchedMs, 1), () =>
      run.emit({ type: 'stopped', reason: 'no agent was found in time' }),
    );
  // An adopted order may already be with its courier: no limit ends it before the delivery side has said where it stands.
  const isUncertain = run.state.deliveryUncertain;
  if (!isUncertain) limitSearch();
  saga.undoWith('delivery', () => cancelDelivery(run));
  if (begun.notSearched !== undefined) run.avoidLocal('delivery', begun.notSearched);

  const assign = (agent: AssignedAgent, delivery: DeliveryStatus): void =>
    run.emit({ type: 'agent-assigned', agent, delivery, searchedMs: Date.now() - since });
  const record = (isRecorded = false): void => {
    if (!isRecorded) run.inBackground(() => recordProgress(run));
  };
  let isWaiting = false;
  for (let { search, recorded } = begun; ; search = undefined) {
    const reply = search ?? (await ask(run, !isWaiting));
    if (!search) recorded = (reply as SearchReply).recorded;
    switch (reply.outcome) {
      case 'assigned': {
        const { agent_id, agent_name, status: delivery } = reply;
        assign({ agent_id, agent_name }, delivery);
        record(recorded);
        return undefined;
      }
      case 'closed':
        if (reply.status !== 'DELIVERED') throw new OrderStopped(`the delivery is already ${reply.status}`);
        noteDelivered(run);
        return { outcome: 'SETTLED', reason: 'already DELIVERED' };
      case 'queued':
        if (!isWaiting) run.emit({ type: 'agent-searched' });
        if (!isWaiting && isUncertain) limitSearch();
        if (!isWaiting) record(recorded);
        isWaiting = true;
        recorded = false;
        run.inbox.countEmptySearch();
        await carryOutPending(run, 'others');
        await run.until(() => isNewAgentNamed(run.state) || run.inbox.nextStep() !== undefined, policy.reaskIntervalMs);
    }
    const { named: agent } = run.state;
    if (agent && isNewAgentNamed(run.state)) {
      assign(agent, 'PENDING');
      record();
      return undefined;
    }
  }
}

/** Asks the delivery side, after the decisions that wait. The first time the customer's record and log get the answer in the same activity. */
async function ask(run: OrderRun, isFirst: boolean): Promise<SearchReply> {
  await carryOutPending(run, 'decisions');
  const { order_id, searches } = run.state;
  return run.unlessStopped(() =>
    run.call('assignAgent', { order_id, ...(isFirst && { progress: run.progress(), search: searches }) }),
  );
}

/** Whether a signal has named a new agent, and not one who has handed the job back since. */
const isNewAgentNamed = ({ named, agent, declinedBy }: OrderState): boolean =>
  named !== null && named.agent_id !== agent?.agent_id && !declinedBy?.includes(named.agent_id);

/** Carries out what waits: the decisions before a search; after a search without success what is not worth another one. */
async function carryOutPending(run: OrderRun, which: 'decisions' | 'others'): Promise<void> {
  for (let step = run.inbox.nextStep(); step; step = run.inbox.nextStep()) {
    if ((which === 'decisions') !== (step.command.kind === 'decide') || isNewAgentNamed(run.state)) return;
    await carryOut(run, step);
  }
}

/** Waits for the pick-up, or for the agent to hand the job back. */
export async function pickUp(run: OrderRun): Promise<'picked up' | 'declined'> {
  run.watchdog.limit(run.policy.pickupLimitMs, () =>
    run.emit({ type: 'stopped', reason: 'the agent did not pick up in time' }),
  );
  await carryOutUntil(run, ({ delivery }) => delivery === 'PICKED_UP' || delivery === 'DELIVERED');
  return run.state.agent ? 'picked up' : 'declined';
}

/** Waits for the delivery. The food is in the bag: no limit cancels any more, a late delivery only asks for attention. */
export async function deliver(run: OrderRun): Promise<void> {
  run.watchdog.limit(run.policy.deliveryAttentionMs, () => {
    run.emit({ type: 'late' });
    run.inBackground(() => recordProgress(run));
    run.show();
  });
  await carryOutUntil(run, ({ delivery }) => delivery === 'DELIVERED');
}

/** Carries out commands until the delivery has got there. Returns early when the job is handed back. */
async function carryOutUntil(run: OrderRun, isThere: (state: OrderState) => boolean): Promise<void> {
  while (run.state.agent && !isThere(run.state)) {
    await run.until(() => run.inbox.nextStep() !== undefined || isReassigned(run.state));
    const step = run.inbox.nextStep();
    if (isReassigned(run.state) && step?.command.kind !== 'decline') handBack(run);
    else if (step) await carryOut(run, step);
  }
}

/**
 * Another agent is named before pick-up: the present agent's hand-back was written, but the workflow task that knew of it was lost (ADR 13).
 * A new search asks the delivery side who has the job.
 */
const isReassigned = (state: OrderState): boolean => state.delivery === 'PENDING' && isNewAgentNamed(state);
