import { patched } from '@temporalio/workflow';
import type { DeliveryStatus } from '../contracts/states';
import type { AssignedAgent, CommandOf, CommandOutcome, OrderResult } from '../contracts/workflow';
import type { Submitted } from './inbox';
import { logEvent } from './log-event';
import { applyDecision } from './order-decision';
import { OrderStopped, type OrderRun } from './order-run';
import { cancelDelivery, progressOf, recordProgress } from './order-writes';
import { after, refusal } from './rules';

/**
 * Asks for an agent. If none is free the order waits for the signal that names one, and asks again from time to time. The limit counts
 * over all searches. Returns a result if the order ends here: an adopted one may already have been delivered.
 */
export async function findAgent(run: OrderRun): Promise<OrderResult | undefined> {
  const { input, record, saga, watchdog } = run;
  const { order_id } = input.order;
  const since = Date.now();
  const limitSearch = () => watchdog.limit(Math.max(run.searchLeftMs, 1), () => run.stop('no agent was found in time'));
  // An adopted order may already be with its courier: no limit ends it before the delivery side has said where it stands.
  if (!run.deliveryUncertain) limitSearch();
  saga.undoWith('delivery', () => cancelDelivery(run));

  let recording = run.recordsInStep;
  if (!recording) run.inBackground(() => recordProgress(run));
  for (let queued = false; !record.agent; queued = true) {
    await applyDecisions(run);
    const progress = recording ? progressOf(run) : undefined;
    const reply = await run.unlessStopped(() => run.call('assignAgent', { order_id, progress }));
    if (recording && !reply.recorded) run.inBackground(() => recordProgress(run));
    recording = false;
    if (run.deliveryUncertain) limitSearch();
    run.deliveryUncertain = false;
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
          logEvent('info', 'no agent is free; the order is waiting', { event: 'order-waiting' });
        }
        run.inbox.noAgentFree();
        answerWithoutAgent(run);
        await run.until(
          () => run.assigned !== undefined || run.inbox.next('step') !== undefined,
          input.policy.reaskIntervalMs,
        );
        assignNamedAgent(run);
    }
  }
  run.searchLeftMs -= Date.now() - since;
  return undefined;
}

function assignNamedAgent(run: OrderRun): void {
  const { assigned } = run;
  if (assigned && isNewAgentNamed(run)) setAgent(run, assigned, 'PENDING');
  run.assigned = undefined;
}

/** Whether a signal has named a new agent, and not one who has handed the job back since. */
function isNewAgentNamed({ assigned, record: { agent, facts } }: OrderRun): boolean {
  if (!assigned || assigned.agent_id === agent?.agent_id) return false;
  return !facts.declinedBy?.includes(assigned.agent_id);
}

function setAgent({ record }: OrderRun, { agent_id, agent_name }: AssignedAgent, delivery: DeliveryStatus): void {
  const declinedBy = record.facts.declinedBy?.filter((id) => id !== agent_id);
  record.agent = { agent_id, agent_name };
  record.facts = { ...record.facts, delivery, agentId: agent_id, ...(declinedBy && { declinedBy }) };
  record.note('agent assigned', agent_name);
  logEvent('info', 'agent assigned', { event: 'agent-assigned', fields: { agent_id } });
}

/** A restaurant may still refuse its part, if the customer wants the rest of the order. */
async function applyDecisions(run: OrderRun): Promise<void> {
  for (let step = run.inbox.next('step'); step?.command.kind === 'decide'; step = run.inbox.next('step'))
    await applyDecision(run, step, step.command);
}

/** No agent is free: answers the requests to ask again, and refuses a courier's reports. */
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

/** Waits for the delivery. The food is in the bag: no limit cancels any more, a late delivery only asks for attention. */
export async function deliver(run: OrderRun): Promise<void> {
  const { record, watchdog, input } = run;
  watchdog.limit(input.policy.deliveryAttentionMs, () => {
    record.attention = 'DELIVERY_LATE';
    record.note('late: needs attention');
    record.show();
    logEvent('warn', 'delivery is late', { event: 'delivery-late' });
  });
  await moveTo(run, 'DELIVERED', 'delivered');
  record.attention = null;
}

/** Waits until the delivery has this status, and carries out other commands in the meantime. Returns early when the job is handed back. */
async function moveTo(run: OrderRun, status: 'PICKED_UP' | 'DELIVERED', event: string): Promise<void> {
  const { record } = run;
  while (record.agent && record.facts.delivery !== status && record.facts.delivery !== 'DELIVERED') {
    await run.until(() => run.inbox.next('step') !== undefined || isReassigned(run));
    const step = run.inbox.next('step');
    if (isReassigned(run) && step?.command.kind !== 'decline') {
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
        await applyDecision(run, step, command);
        break;
      case 'askAgent': // accepted before there was an agent; there is one now
      case 'cancel': // never here: it stops the order
        step.outcome = done;
    }
  }
}

/**
 * Has the delivery side write the courier's report. A refusal answers the command, and the wait continues. A run that was reset to a
 * point before the delivery learns from it that the order is delivered.
 */
async function move(run: OrderRun, step: Submitted, status: 'PICKED_UP' | 'DELIVERED', event: string): Promise<void> {
  const { record, input } = run;
  const { order_id } = input.order;
  const progress = status === 'DELIVERED' ? { ...progressOf(run), delivered: true } : undefined;
  const write = () => run.call('changeDelivery', { order_id, status, progress }, `Delivery ${status}`);
  run.deliveryUncertain = status === 'DELIVERED';
  const moved = await run.watchdog.holdDuring(() => run.unlessStopped(write));
  run.deliveryUncertain = false;
  step.outcome = moved.outcome === 'refused' ? illegal(moved.status) : done;
  if (moved.outcome === 'refused' && moved.status !== 'DELIVERED') return;
  const reached = moved.outcome === 'refused' ? 'DELIVERED' : status;
  record.facts = { ...record.facts, delivery: reached };
  record.note(reached === status ? event : 'already delivered');
  run.watchdog.clear();
  if (reached === 'DELIVERED' && !moved.recorded) run.inBackground(() => recordProgress(run));
}

/** Has the delivery side take the job from its agent, who is not assigned again. */
async function decline(run: OrderRun, step: Submitted, command: CommandOf<'decline'>): Promise<void> {
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

function takeFromAgent({ record }: OrderRun, command: CommandOf<'decline'>): void {
  record.note('handed back', command.reason ?? record.agent?.agent_name);
  logEvent('info', 'job handed back', { event: 'job-handed-back' });
  record.facts = after(record.facts, command);
  record.agent = null;
}

/**
 * Another agent is named before pick-up: the present agent's hand-back was written, but the workflow task that knew of it was lost (ADR 13).
 * A new search asks the delivery side who has the job.
 */
const isReassigned = (run: OrderRun): boolean => run.record.facts.delivery === 'PENDING' && isNewAgentNamed(run);

const done: CommandOutcome = { outcome: 'done' };
const noAgentYet = refusal('NO_AGENT_YET', 'No agent is assigned to the order yet.');
const illegal = (delivery: DeliveryStatus | null): CommandOutcome =>
  refusal('ILLEGAL_TRANSITION', `The delivery is ${delivery ?? 'missing'}.`);
