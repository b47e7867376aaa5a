/** Carries out the commands of an order, one at a time. Each was allowed when it arrived; its turn comes when the ones before it are done. */
import type { SearchInStep } from '../../activities/combined';
import type { ChangeDeliveryReply } from '../../contracts/messages';
import type { DeliveryStatus } from '../../contracts/states';
import { verbatim } from '../../contracts/texts';
import type { AssignedAgent, CommandOf, CommandOutcome } from '../../contracts/workflow';
import { decide, isRefused, outcomeOf } from './decide';
import type { OrderEvent } from './events';
import type { Submitted } from './inbox';
import { cancelDelivery, orderChange, recordProgress } from './participants';
import type { OrderRun } from './run';
import type { OrderState } from './state';
import { OrderStopped } from './waits';

/** Carries out a command, and answers it. Returns the search for an agent that a decision has led to. */
export async function carryOut(run: OrderRun, step: Submitted): Promise<SearchInStep> {
  const { command } = step;
  if (command.kind === 'decide') return applyDecision(run, step, command);
  if (needsVerification(run.state, step)) {
    step.isVerified = true;
    handBack(run);
    return {};
  }
  step.answer(await outcomeFor(run, command));
  return {};
}

/**
 * A courier reports on a job that, as far as the order knows, another has: the hand-back may have been written, and its workflow task lost
 * (ADR 13). A new search asks the delivery side who has the job, then the report is judged.
 */
const needsVerification = (state: OrderState, { command, isVerified }: Submitted): boolean =>
  command.kind === 'moveDelivery' &&
  state.delivery === 'PENDING' &&
  !isTheirs(state, command) &&
  !isRefused(decide(state, command)) &&
  !isVerified;

/** A command that needs no participant has its events at once. */
async function outcomeFor(run: OrderRun, command: Exclude<Submitted['command'], CommandOf<'decide'>>) {
  const { state } = run;
  if (command.kind === 'askAgent' && state.status === 'CONFIRMED') return done; // the search that it asked for is over
  if (command.kind === 'moveDelivery' && state.status === 'CONFIRMED' && !state.agent) return noAgentYet;
  const decided = decide(state, command);
  if (isRefused(decided)) return outcomeOf(decided);
  if (command.kind === 'moveDelivery') return isTheirs(state, command) ? move(run, command.status) : notTheirs;
  if (command.kind === 'decline') return decline(run, command);
  run.emit(...decided.events);
  return done;
}

const isTheirs = ({ agent }: OrderState, { by }: CommandOf<'moveDelivery'>): boolean =>
  by?.role !== 'courier' || by.agent_id === agent?.agent_id;

/** Has the restaurant side write a decision that does not end the order. The one that confirms the order asks for an agent, too. */
async function applyDecision(run: OrderRun, step: Submitted, command: CommandOf<'decide'>): Promise<SearchInStep> {
  const decided = decide(run.state, command); // again: no part can be removed after the pick-up
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
  const [parts, whole] = [
    events.filter(({ type }) => type !== 'confirmed'),
    events.filter(({ type }) => type === 'confirmed'),
  ];
  run.emit(...parts);
  if (written.total && written.total !== run.state.total) run.emit({ type: 'repriced', total: written.total });
  run.emit(...whole);
  if (!confirms && run.state.status === 'CONFIRMED') run.inBackground(() => recordProgress(run)); // the total has changed
  step.answer({ outcome: 'done' });
  return search;
}

/** The last decision, the search for an agent and the customer's record in one activity. */
function confirmOrder(run: OrderRun, command: CommandOf<'decide'>, events: readonly OrderEvent[]) {
  run.saga.undoWith('delivery', () => cancelDelivery(run));
  return run.call('confirmOrder', {
    change: orderChange(run, command.status, command),
    progress: run.progress(...events),
    search: run.state.searches,
  });
}

async function changePart(run: OrderRun, command: CommandOf<'decide'>, events: readonly OrderEvent[]) {
  const change = { ...orderChange(run, command.status, command), log: run.progress(...events).log };
  const summary = `Part of restaurant ${command.restaurant_id} ${command.status}`;
  return { written: await run.call('changeOrder', change, summary) };
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
  if (moved.outcome === 'refused') {
    if (moved.status === 'DELIVERED') noteDelivered(run);
    else if (delivers) run.emit({ type: 'not-delivered' });
    return illegal(moved.status);
  }
  run.emit({ type: delivers ? 'delivered' : 'picked-up' });
  if (delivers && !moved.recorded) run.inBackground(() => recordProgress(run));
  return done;
}

/** The delivery side had the order as delivered before this run knew. */
export function noteDelivered(run: OrderRun): void {
  run.emit({ type: 'delivered-before' });
  run.inBackground(() => recordProgress(run));
}

const writeDelivery = (run: OrderRun) => run.call('completeDelivery', run.progress({ type: 'delivered' }));

const writePickUp = async (run: OrderRun) => ({
  recorded: undefined,
  ...(await run.call(
    'changeDelivery',
    { order_id: run.state.order_id, status: 'PICKED_UP', log: run.progress({ type: 'picked-up' }).log },
    'Delivery PICKED_UP',
  )),
});

/** Also if the order turns out to be delivered: it waits for the courier no longer. */
const isAtTarget = (reply: ChangeDeliveryReply): boolean => reply.outcome !== 'refused' || reply.status === 'DELIVERED';

/** Has the delivery side take the job from its agent, who is not assigned again. */
async function decline(run: OrderRun, command: CommandOf<'decline'>): Promise<CommandOutcome> {
  const { agent, order_id } = run.state;
  if (!agent) return noAgentYet;
  const { log } = run.progress(handedBack(agent, command.reason));
  const change = { order_id, status: 'DECLINED' as const, agent_id: agent.agent_id, log };
  const write = () =>
    run.call('changeDelivery', change, `Delivery declined by ${verbatim(agent.agent_name ?? agent.agent_id)}`);
  const declined = await run.watchdog.holdDuring(() => run.unlessStopped(write), isAtTarget);
  if (declined.outcome === 'refused') {
    if (declined.status === 'DELIVERED') noteDelivered(run);
    return illegal(declined.status);
  }
  handBack(run, command.reason);
  return done;
}

/** The agent no longer has the job, and is not assigned to the order again. */
export function handBack(run: OrderRun, reason?: string | null): void {
  const { agent } = run.state;
  if (agent) run.emit(handedBack(agent, reason));
}

const handedBack = (agent: AssignedAgent, reason: string | null | undefined) =>
  ({ type: 'handed-back', ...agent, reason }) as const;

const done: CommandOutcome = { outcome: 'done' };
const notTheirs: CommandOutcome = { outcome: 'refused', code: 'NOT_FOUND', message: 'Order not found' };
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
