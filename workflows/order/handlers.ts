import type { UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import { decisions, deliveryMoves } from '../../contracts/states';
import type { AssignedAgent, CommandOutcome, OrderCommand } from '../../contracts/workflow';
import {
  agentAssignedSignal,
  commandUpdates,
  deliveryStatusSignal,
  orderQuery,
  placeUpdate,
  restaurantDecisionSignal,
} from '../messages';
import { isRefused, isRepeat } from './decide';
import type { OrderRun } from './run';

/** Registers the query, the updates and the signals of an order. */
export function registerHandlers(run: OrderRun): void {
  const { inbox } = run;
  setHandler(orderQuery, () => run.view());
  setHandler(placeUpdate, () => run.placed);

  for (const [kind, update] of Object.entries(commandUpdates)) {
    const toCommand = (arg: object) => ({ ...arg, kind }) as OrderCommand;
    setHandler(update as UpdateDefinition<CommandOutcome, [object]>, (arg: object) => inbox.submit(toCommand(arg)), {
      validator: (arg: object) => inbox.validate(toCommand(arg)),
    });
  }

  const ignore = (signal: string, why: string): void => run.emit({ type: 'signal-ignored', signal, why });
  /** A signal has no answer: refusals go to the timeline. */
  const onSignal = (name: string, input: unknown, command: OrderCommand | undefined): void => {
    if (!command) {
      ignore(name, `malformed input ${JSON.stringify(input ?? null).slice(0, 100)}`);
      return;
    }
    const decided = inbox.judge(command);
    if (isRefused(decided)) ignore(name, decided.message);
    else if (!isRepeat(decided)) void inbox.submit(command);
  };
  setHandler(deliveryStatusSignal, (input) => {
    const status = deliveryMoves.find((move) => move === input);
    onSignal(deliveryStatusSignal.name, input, status && { kind: 'moveDelivery', status });
  });
  setHandler(restaurantDecisionSignal, (input) => {
    const status = decisions.find((decision) => decision === input);
    onSignal(restaurantDecisionSignal.name, input, status && { kind: 'decide', status, reason: 'decided by signal' });
  });
  setHandler(agentAssignedSignal, (input) => {
    if (isAgent(input)) {
      const { agent_id, agent_name } = input;
      run.emit({ type: 'agent-named', agent: { agent_id, agent_name } });
    } else ignore(agentAssignedSignal.name, 'malformed input');
  });
}

function isAgent(input: unknown): input is AssignedAgent {
  const { agent_id, agent_name } = (input ?? {}) as Record<string, unknown>;
  return typeof agent_id === 'string' && typeof agent_name === 'string';
}
