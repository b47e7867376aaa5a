import type { UpdateDefinition } from '@temporalio/common';
import { CancellationScope, condition, setHandler } from '@temporalio/workflow';
import { decisions, deliveryMoves } from '../contracts/states';
import type { AssignedAgent, CommandOutcome, OrderCommand, PlacementOutcome } from '../contracts/workflow';
import {
  agentAssignedSignal,
  commandUpdates,
  deliveryStatusSignal,
  orderQuery,
  placeUpdate,
  restaurantDecisionSignal,
} from './messages';
import type { OrderRun } from './order-run';

/** Registers the query, the updates and the signals of an order. */
export function registerHandlers(run: OrderRun): void {
  const { inbox, record } = run;
  setHandler(orderQuery, () => record.view());
  setHandler(placeUpdate, async (): Promise<PlacementOutcome> => {
    const { bodyHash, order } = run.input;
    await CancellationScope.nonCancellable(() => condition(() => run.placement !== undefined));
    return run.placement ?? { outcome: 'cancelled', reason: 'cancelled', bodyHash, placedAt: order.placed_at };
  });

  for (const [kind, update] of Object.entries(commandUpdates)) {
    const toCommand = (arg: object) => ({ ...arg, kind }) as OrderCommand;
    setHandler(update as UpdateDefinition<CommandOutcome, [object]>, (arg: object) => inbox.submit(toCommand(arg)), {
      validator: (arg: object) => inbox.validate(toCommand(arg)),
    });
  }

  /** A signal has no answer: refusals go to the timeline. */
  const onSignal = (name: string, input: unknown, command: OrderCommand | undefined): void => {
    const verdict = command ? inbox.judge(command) : undefined;
    if (command && verdict?.verdict === 'allowed') void inbox.submit(command);
    else if (verdict?.verdict === 'refused') record.note(`signal ${name} ignored`, verdict.message);
    else if (verdict === undefined)
      record.note(`signal ${name} ignored`, `malformed input ${JSON.stringify(input ?? null).slice(0, 100)}`);
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
    if (isAgent(input)) run.assigned = { agent_id: input.agent_id, agent_name: input.agent_name };
    else record.note(`signal ${agentAssignedSignal.name} ignored`, 'malformed input');
  });
}

function isAgent(input: unknown): input is AssignedAgent {
  const { agent_id, agent_name } = (input ?? {}) as Record<string, unknown>;
  return typeof agent_id === 'string' && typeof agent_name === 'string';
}
