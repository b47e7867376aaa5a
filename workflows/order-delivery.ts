import { patched } from '@temporalio/workflow';
import type { DeliveryStatus } from '../contracts/states';
import type { AssignedAgent, CommandOutcome, OrderCommand, OrderResult } from '../contracts/workflow';
import type { Submitted } from './inbox';
import { logEvent } from './log-event';
import { carryOut } from './order-decision';
import { OrderStopped, type OrderRun } from './order-run';
import { cancelDelivery, progressOf, recordProgress } from './order-writes';
import { after } from './rules';

/**
 * Asks for an agent; where none is free the order waits its turn, is told by a signal, and asks again now and then. The time for it is
 * counted over all tries. Returns a result where the order ends here: an adopted one may have been delivered long ago.
 */
export async function findAgent(run: OrderRun): Promise<OrderResult | undefined> {
  const { input, record, saga, watchdog } = run;
  const { order_id } = input.order;
  const since = Date.now();
  const limitSearch = () => watchdog.limit(Math.max(run.searchLeftMs, 1), () => run.stop('no agent was found in time'));
  // An adopted order may be with its courier already: nothing is to end it before the delivery side has said where it stands.
  if (!run.mayBeDelivered) limitSearch();
  saga.undoWith('delivery', () => cancelDelivery(run));

  let recording = run.recordsAlong;
  if (!recording) run.inBackground(() => recordProgress(run));
  for (let queued = false; !record.agent; queued = true) {
    await carryOutDecisions(run);
    const progress = recording ? progressOf(run) : undefined;
    const reply = await run.unlessStopped(() => run.call('assignAgent', { order_id, progress }));
    if (recording && !reply.recorded) run.inBackground(() => recordProgress(run));
    recording = false;
    if (run.mayBeDelivered) limitSearch();
    run.mayBeDelivered = false;
    switch (reply.outcome) {
      case 'assigned':
        setAgent(run, reply, reply.status);
        break;
      case 'closed':
        if (reply.status !== 'DELIVERED') throw new OrderStopped(`the delivery is already ${reply.status}`);
        record.facts = { ...record.facts, delivery: reply.status };
        run.inBackground(() => recordProgress(run));
        return { outcome: 'SETTLED', reason: 'already DELIVERED' };
      case 'queued':
        if (!queued) {
          record.note('waiting for an agent');
          logEvent('info', 'no agent is free; the order waits for one', { event: 'order-waiting' });
        }
        run.inbox.askedInVain();
        answerWithoutAgent(run);
        await run.until(
          () => run.assigned !== undefined || run.inbox.next('step') !== undefined,
          input.policy.reaskIntervalMs,
        );
        takeNamedAgent(run);
    }
  }
  run.searchLeftMs -= Date.now() - since;
  return undefined;
}

function takeNamedAgent(run: OrderRun): void {
  const { assigned } = run;
  if (assigned && isAnotherNamed(run)) setAgent(run, assigned, 'PENDING');
  run.assigned = undefined;
}

/** The signal may be an old one, of an agent who has handed the job back since. */
function isAnotherNamed({ assigned, record: { agent, facts } }: OrderRun): boolean {
  if (!assigned || assigned.agent_id === agent?.agent_id) return false;
  return !facts.declinedBy?.includes(assigned.agent_id);
}

function setAgent({ record }: OrderRun, { agent_id, agent_name }: AssignedAgent, delivery: DeliveryStatus): void {
  const declinedBy = record.facts.declinedBy?.filter((id) => id !== agent_id);
  record.agent = { agent_id, agent_name };
  record.facts = { ...record.facts, delivery, agentId: agent_id, ...(declinedBy && { declinedBy }) };
  record.note('agent assigned', agent_name);
  logEvent('info', 'an order has its agent', { event: 'agent-assigned', fields: { agent_id } });
}

/** One of several restaurants may still refuse its part, which the customer wants the rest of. */
async function carryOutDecisions(run: OrderRun): Promise<void> {
  for (let step = run.inbox.next('step'); step?.command.kind === 'decide'; step = run.inbox.next('step'))
    await carryOut(run, step, step.command);
}

/** The delivery side has just said again that nobody is free: who wanted it asked has that, a courier's step came before any courier. */
function answerWithoutAgent(run: OrderRun): void {
  for (let early = run.inbox.next('step'); early && early.command.kind !== 'decide'; early = run.inbox.next('step')) {
    early.outcome = early.command.kind === 'askAgent' ? done : noAgentYet;
  }
}

/** Waits for the pick-up, or for the agent to hand the job back. */
export async function pickUp(run: OrderRun): Promise<'picked up' | 'declined'> {
  run.watchdog.limit(run.input.policy.pickupLimitMs, () => run.stop('the agent did not pick up in time'));
  await moveTo(run, 'PICKED_UP', 'picked up');
  return run.record.agent ? 'picked up' : 'declined';
}

/** The food is in the bag: no limit cancels any more, lateness is shown to people. */
export async function deliver(run: OrderRun): Promise<void> {
  const { record, watchdog, input } = run;
  watchdog.limit(input.policy.deliveryAttentionMs, () => {
    record.attention = 'DELIVERY_LATE';
    record.note('late: needs a person');
    record.show();
    logEvent('warn', 'a delivery takes too long', { event: 'delivery-late' });
  });
  await moveTo(run, 'DELIVERED', 'delivered');
  record.attention = null;
}

/** Waits for the courier's word, and carries out whatever else comes meanwhile. Returns too when the job was handed back. */
async function moveTo(run: OrderRun, status: 'PICKED_UP' | 'DELIVERED', event: string): Promise<void> {
  const { record } = run;
  while (record.agent && record.facts.delivery !== status && record.facts.delivery !== 'DELIVERED') {
    await run.until(() => run.inbox.next('step') !== undefined || isTakenOver(run));
    const step = run.inbox.next('step');
    if (isTakenOver(run) && step?.command.kind !== 'decline') {
      if (patched('hand-back-forgotten')) takeFromAgent(run, { kind: 'decline' });
      run.assigned = undefined;
      continue;
    }
    if (!step) continue;
    const { command } = step;
    switch (command.kind) {
      case 'moveDelivery':
        if (command.status === status) await move(run, step, status, event);
        else step.outcome = illegal(record.facts.delivery);
        break;
      case 'decline':
        await decline(run, step, command);
        break;
      case 'decide':
        await carryOut(run, step, command);
        break;
      case 'askAgent': // let in before there was an agent; there is one now
      case 'cancel': // never here: it ends the order
        step.outcome = done;
    }
  }
}

/**
 * Has the delivery side write the courier's step. A refusal there answers the command, and the wait goes on; a run that a reset has
 * taken back behind the delivery learns so that it is delivered.
 */
async function move(run: OrderRun, step: Submitted, status: 'PICKED_UP' | 'DELIVERED', event: string): Promise<void> {
  const { record, input } = run;
  const { order_id } = input.order;
  const progress = status === 'DELIVERED' ? { ...progressOf(run), delivered: true } : undefined;
  const write = () => run.call('changeDelivery', { order_id, status, progress }, `Delivery ${status}`);
  run.mayBeDelivered = status === 'DELIVERED';
  const moved = await run.watchdog.holdDuring(() => run.unlessStopped(write));
  run.mayBeDelivered = false;
  step.outcome = moved.outcome === 'refused' ? illegal(moved.status) : done;
  if (moved.outcome === 'refused' && moved.status !== 'DELIVERED') return;
  const reached = moved.outcome === 'refused' ? 'DELIVERED' : status;
  record.facts = { ...record.facts, delivery: reached };
  record.note(reached === status ? event : 'delivered before');
  run.watchdog.clear();
  if (reached === 'DELIVERED' && !moved.recorded) run.inBackground(() => recordProgress(run));
}

/** Has the delivery side take the job from its agent, who does not get it again. */
async function decline(run: OrderRun, step: Submitted, command: Decline): Promise<void> {
  const { record, input } = run;
  const { order_id } = input.order;
  if (!record.agent) return;
  const { agent_id, agent_name } = record.agent;
  const change = { order_id, status: 'DECLINED' as const, agent_id };
  const write = () => run.call('changeDelivery', change, `Delivery declined by ${agent_name}`);
  const declined = await run.watchdog.holdDuring(() => run.unlessStopped(write));
  if (declined.outcome === 'refused') {
    step.outcome = illegal(declined.status);
    return;
  }
  takeFromAgent(run, command);
  run.assigned = undefined;
  step.outcome = done;
}

function takeFromAgent({ record }: OrderRun, command: Decline): void {
  record.note('handed back', command.reason ?? record.agent?.agent_name);
  logEvent('info', 'an agent has handed the job back', { event: 'job-handed-back' });
  record.facts = after(record.facts, command);
  record.agent = null;
}

/**
 * Before the pick-up somebody else is named: the agent's hand-back was written, and then forgotten with its workflow task (ADR 13).
 * The search then asks the delivery side who has the job.
 */
const isTakenOver = (run: OrderRun): boolean => run.record.facts.delivery === 'PENDING' && isAnotherNamed(run);

type Decline = Extract<OrderCommand, { kind: 'decline' }>;

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
