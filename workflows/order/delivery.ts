import type { SearchInStep } from '../../activities/combined';
import type { ChangeDeliveryReply } from '../../contracts/messages';
import type { DeliveryStatus } from '../../contracts/states';
import type { CommandOf, CommandOutcome, OrderResult } from '../../contracts/workflow';
import { decide, isRefused, outcomeOf } from './decide';
import { applyDecision } from './decisions';
import type { Submitted } from './inbox';
import { cancelDelivery, recordProgress } from './participants';
import { progressOf } from './projections';
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
  if (!run.state.deliveryUncertain) limitSearch();
  saga.undoWith('delivery', () => cancelDelivery(run));
  if (begun.notSearched !== undefined) run.avoidLocal('delivery', begun.notSearched);

  let { search: reply, recorded } = begun;
  for (let isWaiting = false; ; isWaiting = true) {
    if (!reply) {
      await applyDecisions(run);
      const asked = await run.unlessStopped(() => ask(run, recorded));
      ({ reply, recorded } = asked);
      if (run.state.deliveryUncertain) limitSearch();
    }
    if (recorded === false) run.inBackground(() => recordProgress(run));
    recorded = true;
    const searchedMs = Date.now() - since;
    switch (reply.outcome) {
      case 'assigned': {
        const { agent_id, agent_name, status: delivery } = reply;
        run.emit({ type: 'agent-assigned', agent: { agent_id, agent_name }, delivery, searchedMs });
        return undefined;
      }
      case 'closed':
        if (reply.status !== 'DELIVERED') throw new OrderStopped(`the delivery is already ${reply.status}`);
        run.emit({ type: 'delivered-before' });
        run.inBackground(() => recordProgress(run));
        return { outcome: 'SETTLED', reason: 'already DELIVERED' };
      case 'queued':
        if (!isWaiting) run.emit({ type: 'agent-searched' });
        run.inbox.noAgentFree();
        answerWithoutAgent(run);
        await run.until(() => isNewAgentNamed(run.state) || run.inbox.nextStep() !== undefined, policy.reaskIntervalMs);
    }
    const { named } = run.state;
    if (named && isNewAgentNamed(run.state)) {
      run.emit({ type: 'agent-assigned', agent: named, delivery: 'PENDING', searchedMs: Date.now() - since });
      return undefined;
    }
    reply = undefined;
  }
}

/** The first search also updates the customer's record, if that is not done. */
async function ask(run: OrderRun, recorded: boolean | undefined) {
  const { order_id } = run.state;
  const progress = recorded === undefined ? progressOf(run.state) : undefined;
  const { recorded: isRecorded = recorded, ...reply } = await run.call('assignAgent', { order_id, progress });
  return { reply: reply, recorded: isRecorded };
}

/** Whether a signal has named a new agent, and not one who has handed the job back since. */
const isNewAgentNamed = ({ named, agent, declinedBy }: OrderState): boolean =>
  named !== null && named.agent_id !== agent?.agent_id && !declinedBy?.includes(named.agent_id);

/** A restaurant may still refuse its part, if the customer wants the rest of the order. */
async function applyDecisions(run: OrderRun): Promise<void> {
  for (let step = run.inbox.nextStep(); step?.command.kind === 'decide'; step = run.inbox.nextStep())
    await applyDecision(run, step, step.command);
}

/** No agent is free: answers the requests to ask again, and refuses a courier's reports. */
function answerWithoutAgent(run: OrderRun): void {
  for (let early = run.inbox.nextStep(); early && early.command.kind !== 'decide'; early = run.inbox.nextStep()) {
    early.answer(early.command.kind === 'askAgent' ? done : noAgentYet);
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

/** Carries out a command while an agent has the job. */
async function carryOut(run: OrderRun, step: Submitted): Promise<void> {
  const { command } = step;
  if (command.kind === 'decide') {
    await applyDecision(run, step, command);
    return;
  }
  if (command.kind === 'askAgent') {
    step.answer(done); // accepted before there was an agent; there is one now
    return;
  }
  const decided = decide(run.state, command);
  if (isRefused(decided)) step.answer(outcomeOf(decided));
  else if (command.kind === 'moveDelivery') step.answer(await move(run, command.status));
  else if (command.kind === 'decline') step.answer(await decline(run, command));
}

/**
 * Has the delivery side write the courier's report. A refusal answers the command, and the wait continues. A run that was reset to a
 * point before the delivery learns from it that the order is delivered.
 */
async function move(run: OrderRun, status: CommandOf<'moveDelivery'>['status']): Promise<CommandOutcome> {
  const delivers = status === 'DELIVERED';
  const write = delivers ? writeDelivery : writePickUp;
  if (delivers) run.emit({ type: 'delivering' });
  const moved = await run.watchdog.holdDuring(() => run.unlessStopped(() => write(run)), isAtTarget);
  if (moved.outcome !== 'refused') run.emit({ type: delivers ? 'delivered' : 'picked-up' });
  else if (moved.status === 'DELIVERED') run.emit({ type: 'delivered-before' });
  else if (delivers) run.emit({ type: 'not-delivered' });
  const isRecorded = moved.outcome !== 'refused' && moved.recorded;
  if (run.state.delivery === 'DELIVERED' && !isRecorded) run.inBackground(() => recordProgress(run));
  return moved.outcome === 'refused' ? illegal(moved.status) : done;
}

const writeDelivery = (run: OrderRun) =>
  run.call('completeDelivery', { ...progressOf(run.state), delivered: true }, 'Delivery DELIVERED');

const writePickUp = async (run: OrderRun) => ({
  recorded: undefined,
  ...(await run.call('changeDelivery', { order_id: run.state.order_id, status: 'PICKED_UP' }, 'Delivery PICKED_UP')),
});

/** Also if the order turns out to be delivered: it waits for the courier no longer. */
const isAtTarget = (reply: ChangeDeliveryReply): boolean => reply.outcome !== 'refused' || reply.status === 'DELIVERED';

/** Has the delivery side take the job from its agent, who is not assigned again. */
async function decline(run: OrderRun, command: CommandOf<'decline'>): Promise<CommandOutcome> {
  const { agent, order_id } = run.state;
  if (!agent) return noAgentYet;
  const change = { order_id, status: 'DECLINED' as const, agent_id: agent.agent_id };
  const write = () => run.call('changeDelivery', change, `Delivery declined by ${agent.agent_name}`);
  const declined = await run.watchdog.holdDuring(() => run.unlessStopped(write), isAtTarget);
  if (declined.outcome === 'refused') return illegal(declined.status);
  handBack(run, command.reason);
  return done;
}

function handBack(run: OrderRun, reason?: string | null): void {
  const { agent } = run.state;
  if (agent) run.emit({ type: 'handed-back', ...agent, reason });
}

const done: CommandOutcome = { outcome: 'done' };
const noAgentYet: CommandOutcome = {
  outcome: 'refused',
  code: 'NO_AGENT_YET',
  message: 'No agent is assigned to the order yet.',
};
const illegal = (delivery: DeliveryStatus | null): CommandOutcome => ({
  outcome: 'refused',
  code: 'ILLEGAL_TRANSITION',
  message: `The delivery is ${delivery ?? 'missing'}.`,
});
