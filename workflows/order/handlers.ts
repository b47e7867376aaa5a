import type { UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import type { CommandOutcome, OrderCommand } from '../../contracts/workflow';
import {
  agentAssignedSignal,
  commandUpdates,
  deliveryStatusSignal,
  orderQuery,
  placeUpdate,
  restaurantDecisionSignal,
} from '../messages';
import { isRefused, isRepeat } from './decide';
import { toAgent, toCommand } from './guards';
import type { OrderRun } from './run';

/** Registers the query, the updates and the signals of an order. */
export function registerHandlers(run: OrderRun): void {
  const { inbox } = run;
  setHandler(orderQuery, () => run.view());
  setHandler(placeUpdate, () => run.placed);

  for (const [kind, update] of Object.entries(commandUpdates) as [OrderCommand['kind'], AnyUpdate][])
    setHandler(update, (arg) => inbox.submit(toCommand(kind, arg) as OrderCommand), {
      validator: (arg) => inbox.validate(toCommand(kind, arg)),
    });

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
  setHandler(deliveryStatusSignal, (status) =>
    onSignal(deliveryStatusSignal.name, status, toCommand('moveDelivery', { status })),
  );
  setHandler(restaurantDecisionSignal, (status) =>
    onSignal(restaurantDecisionSignal.name, status, toCommand('decide', { status, reason: 'decided by signal' })),
  );
  setHandler(agentAssignedSignal, (input) => {
    const agent = toAgent(input);
    if (agent) run.emit({ type: 'agent-named', agent });
    else ignore(agentAssignedSignal.name, 'malformed input');
  });
}

type AnyUpdate = UpdateDefinition<CommandOutcome, [unknown]>;
