import { ApplicationFailure } from '@temporalio/workflow';
import { alreadyApplied, alreadyPending } from '../../contracts/names';
import type { CommandOutcome, OrderCommand, RefusalCode } from '../../contracts/workflow';
import { createDeferred } from '../calls';
import { decide, decideEnded, isRefused, isRepeat, outcomeOf, stopReasonOf, type Decided } from './decide';
import { evolve } from './evolve';
import type { OrderState } from './state';

export interface Submitted {
  readonly command: OrderCommand;
  /** The delivery side has been asked who has the job, because of this command. */
  isVerified?: boolean;
  /** Answers the command. Only the first answer counts. */
  answer(this: void, outcome: CommandOutcome): void;
}

/** The accepted commands that wait for the run function, which carries out each of them. */
export interface Inbox {
  /** Decides by the state that the order will have once the commands before this one are done: none is refused for being early. */
  judge(command: OrderCommand): Decided;
  /**
   * An update's validator. Throws an ApplicationFailure whose type is a RefusalCode, `alreadyApplied` for a no-op, or `alreadyPending`
   * while an equal command is pending. Rejected updates are not written to the history and do not use up one of the ten in-flight
   * updates of a run, so a client that repeats itself without end does no harm.
   */
  validate(command: OrderCommand): void;
  /** The delivery side has reported that no agent is free. */
  countEmptySearch(this: void): void;
  /** Records the command. Resolves with its outcome. */
  submit(command: OrderCommand): Promise<CommandOutcome>;
  /** The oldest pending command that does not end the order. */
  nextStep(): Submitted | undefined;
  /** The oldest pending command that ends the order. */
  nextStop(): Submitted | undefined;
  /** Why that command ends the order. */
  stopReason(): string | undefined;
  /** Answers the commands that have become no-ops. Call it after each change of the order. */
  answerRepeats(): void;
  /** The order has ended: answers all pending commands accordingly. */
  settleAll(): void;
}

/** The author does not count: both may give the command. */
const isSame = ({ by: _one, ...one }: OrderCommand, { by: _other, ...other }: OrderCommand): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const refuse = (message: string, code: string): ApplicationFailure => ApplicationFailure.nonRetryable(message, code);

/** @param changed Is called after each new command. */
export function createInbox(order: { readonly state: OrderState }, changed: () => void): Inbox {
  let waiting: Pending[] = [];
  const searches = createSearchLimit();

  const pending = (): Pending[] => waiting.filter(({ isAnswered }) => !isAnswered());
  const stopOf = ({ command }: Submitted): string | undefined => stopReasonOf(decide(order.state, command));
  const nextStop = (): Submitted | undefined => pending().find((submitted) => stopOf(submitted) !== undefined);

  const expected = (): OrderState => {
    const { state } = order;
    const start = state.stopped === null ? state : evolve(state, { type: 'cancelled' });
    // A pick-up of an order without an agent may still be refused: no other command is too late because of it.
    const certain = pending().filter(({ command }) => !(command.kind === 'moveDelivery' && state.delivery === null));
    return certain.reduce((so, { command }) => {
      const decided = decide(so, command);
      return isRefused(decided) ? so : decided.events.reduce(evolve, so);
    }, start);
  };

  return {
    // Uncertainty counts for updates only: signals are judged again on replay, and one that was ignored would be accepted.
    judge: (command) => decide({ ...expected(), deliveryUncertain: false }, command),
    validate(command) {
      const decided = decide(expected(), command);
      if (isRefused(decided)) throw refuse(decided.message, decided.refused);
      const now = decide(order.state, command);
      if (isRepeat(now)) throw refuse('The order is already in that state.', alreadyApplied);
      if (stopReasonOf(now) === undefined && pending().some((before) => isSame(before.command, command)))
        throw refuse('The same command is already pending.', alreadyPending);
      if (order.state.delivery === null) searches.check(command);
    },
    countEmptySearch: searches.count,
    submit(command) {
      const submitted = newlyPending(command);
      waiting = [...pending(), submitted];
      changed();
      return submitted.outcome;
    },
    nextStep: () => pending().find((submitted) => stopOf(submitted) === undefined),
    nextStop,
    stopReason: () => {
      const stop = nextStop();
      return stop && stopOf(stop);
    },
    answerRepeats() {
      for (const { command, answer } of pending())
        if (isRepeat(decide(order.state, command))) answer({ outcome: 'done' });
    },
    settleAll() {
      for (const submitted of pending()) submitted.answer(outcomeOf(decideEnded(order.state, submitted.command)));
    },
  };
}

interface Pending extends Submitted {
  isAnswered(this: void): boolean;
  /** After an operator's cancel the answer is the order's outcome, not a failure of the wait. */
  outcome: Promise<CommandOutcome>;
}

function newlyPending(command: OrderCommand): Pending {
  const outcome = createDeferred<CommandOutcome>();
  let answered = false;
  return {
    command,
    answer(given) {
      answered = true;
      outcome.resolve(given);
    },
    isAnswered: () => answered,
    outcome: outcome.promise,
  };
}

/**
 * After this many searches without a free agent, requests trigger at most one search per interval: Temporal accepts 2,000 updates per
 * run, and an order may wait for a quarter of an hour.
 */
const unlimitedSearches = 100;
const searchIntervalMs = 1_000;

function createSearchLimit() {
  let searches = 0;
  let lastAt = 0;
  return {
    count: (): void => {
      searches++;
      lastAt = Date.now();
    },
    /** Throws the refusal of a command that would trigger a search too early. */
    check(command: OrderCommand): void {
      if (searches < unlimitedSearches || Date.now() - lastAt >= searchIntervalMs) return;
      if (command.kind === 'askAgent') throw refuse('An agent was requested just now.', alreadyApplied);
      if (command.kind === 'moveDelivery' && command.status === 'PICKED_UP')
        throw refuse('No agent is assigned to the order yet.', 'NO_AGENT_YET' satisfies RefusalCode);
    },
  };
}
