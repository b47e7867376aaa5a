import type { DeliveryStatus } from '../contracts/states';
import type { CommandOutcome, OrderResult } from '../contracts/workflow';
import { OrderStopped, type OrderRun } from './order-run';
import { recordProgress } from './order-writes';

/**
 * Asks for an agent; where none is free the order waits its turn, is told by a signal, and asks again now and then.
 * Returns a result where the order ends here: an adopted one may have been delivered long ago.
 */
export async function findAgent(run: OrderRun): Promise<OrderResult | undefined> {
  const { input, record, saga, watchdog } = run;
  const { order_id } = input.order;
  watchdog.limit(input.policy.courierLimitMs, () => run.stop('no agent was found in time'));
  saga.undoWith('delivery', () => run.call('changeDelivery', { order_id, status: 'CANCELLED' }));

  run.inBackground(() => recordProgress(run));
  for (let queued = false; !record.agent; queued = true) {
    const reply = await run.unlessStopped(() => run.call('assignAgent', { order_id }));
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
        if (!queued) record.note('waiting for an agent');
        answerWithoutAgent(run);
        await run.until(
          () => run.assigned !== undefined || run.inbox.next('step') !== undefined,
          input.policy.reaskIntervalMs,
        );
        if (run.assigned) setAgent(run, run.assigned, 'PENDING');
    }
  }
  return undefined;
}

function setAgent(run: OrderRun, agent: { agent_id: string; agent_name: string }, status: DeliveryStatus): void {
  run.record.agent = { agent_id: agent.agent_id, agent_name: agent.agent_name };
  run.record.facts = { ...run.record.facts, delivery: status };
  run.record.note('agent assigned', agent.agent_name);
}

/** The delivery side has just said again that nobody is free: who wanted it asked has that, a courier's step came before any courier. */
function answerWithoutAgent(run: OrderRun): void {
  for (let early = run.inbox.next('step'); early; early = run.inbox.next('step')) {
    early.outcome =
      early.command.kind === 'askAgent'
        ? { outcome: 'done' }
        : { outcome: 'refused', code: 'NO_AGENT_YET', message: 'No agent is assigned to the order yet.' };
  }
}

export async function pickUp(run: OrderRun): Promise<void> {
  run.watchdog.limit(run.input.policy.pickupLimitMs, () => run.stop('the agent did not pick up in time'));
  await moveTo(run, 'PICKED_UP', 'picked up');
}

/** The food is in the bag: no limit cancels any more, lateness is shown to people. */
export async function deliver(run: OrderRun): Promise<void> {
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
    if (step.command.kind === 'askAgent') {
      step.outcome = { outcome: 'done' }; // let in before there was an agent; there is one now
      continue;
    }
    if (step.command.kind !== 'moveDelivery' || step.command.status !== status) {
      step.outcome = illegal(record.facts.delivery);
      continue;
    }
    const moved = await run.unlessStopped(() => run.call('changeDelivery', { order_id, status }, `Delivery ${status}`));
    if (moved.outcome === 'refused') {
      step.outcome = illegal(moved.status);
      continue;
    }
    record.facts = { ...record.facts, delivery: status };
    record.note(event);
    run.watchdog.clear();
    if (status === 'DELIVERED') {
      record.attention = null;
      run.inBackground(() => recordProgress(run));
    }
    step.outcome = { outcome: 'done' };
  }
}

const illegal = (delivery: DeliveryStatus | null): CommandOutcome => ({
  outcome: 'refused',
  code: 'ILLEGAL_TRANSITION',
  message: `The delivery is ${delivery ?? 'missing'}.`,
});
