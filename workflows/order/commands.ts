/** Carries out the commands of an order, one at a time. Each was allowed when it arrived; its turn comes when the ones before it are done. */
import type { ChangeDeliveryReply } from '../../contracts/messages';
import type { DeliveryStatus } from '../../contracts/states';
import type { CommandOf, CommandOutcome } from '../../contracts/workflow';
import { decide, isRefused, outcomeOf } from './decide';
import { applyDecision } from './decisions';
import type { Submitted } from './inbox';
import { recordProgress } from './participants';
import { progressOf } from './projections';
import type { OrderRun } from './run';

/** Carries out a command, and answers it. */
export async function carryOut(run: OrderRun, step: Submitted): Promise<void> {
  const { command } = step;
  if (command.kind === 'decide') await applyDecision(run, step, command);
  else step.answer(await outcomeFor(run, command));
}

/** A command that needs no participant has its events at once. */
async function outcomeFor(run: OrderRun, command: Exclude<Submitted['command'], CommandOf<'decide'>>) {
  if (command.kind === 'askAgent') return done; // the search that it asked for is over
  const decided = decide(run.state, command);
  if (isRefused(decided)) return outcomeOf(decided);
  if (command.kind === 'moveDelivery') return run.state.agent ? move(run, command.status) : noAgentYet;
  if (command.kind === 'decline') return decline(run, command);
  run.emit(...decided.events);
  return done;
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

const writeDelivery = (run: OrderRun) => run.call('completeDelivery', { ...progressOf(run.state), delivered: true });

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

/** The agent no longer has the job, and is not assigned to the order again. */
export function handBack(run: OrderRun, reason?: string | null): void {
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
