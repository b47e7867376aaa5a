import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
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
import { readAgent, readCommand } from './guards';
import type { OrderRun } from './run';

/** Registers the query, the updates and the signals of an order. */
export function registerHandlers(run: OrderRun): void {
  const { inbox } = run;
  setHandler(orderQuery, () => run.view());
  setHandler(placeUpdate, () => run.placed);

  for (const [kind, update] of Object.entries(commandUpdates) as [OrderCommand['kind'], AnyUpdate][])
    setHandler(update, (arg) => inbox.submit(readCommand(kind, arg)), {
      validator: (arg) => inbox.validate(readCommand(kind, arg)),
    });

  const ignore = (signal: string, why: string): void => run.emit({ type: 'signal-ignored', signal, why });
  /** A signal has no answer: what is wrong with it goes to the timeline. */
  const onSignal = (signal: AnySignal, handle: (input: unknown) => void): void =>
    setHandler(signal, (input) => {
      try {
        handle(input);
      } catch (error) {
        if (!(error instanceof ApplicationFailure)) throw error;
        ignore(signal.name, `malformed input ${JSON.stringify(input ?? null).slice(0, 100)}`);
      }
    });
  const carryOut = ({ name }: AnySignal, command: OrderCommand): void => {
    const decided = inbox.judge(command);
    if (isRefused(decided)) ignore(name, decided.message);
    else if (!isRepeat(decided)) void inbox.submit(command);
  };
  onSignal(deliveryStatusSignal, (status) => carryOut(deliveryStatusSignal, readCommand('moveDelivery', { status })));
  onSignal(restaurantDecisionSignal, (status) =>
    carryOut(restaurantDecisionSignal, readCommand('decide', { status, reason: 'decided by signal' })),
  );
  onSignal(agentAssignedSignal, (input) => run.emit({ type: 'agent-named', agent: readAgent(input) }));
}

type AnySignal = SignalDefinition<[unknown]>;
type AnyUpdate = UpdateDefinition<CommandOutcome, [unknown]>;
