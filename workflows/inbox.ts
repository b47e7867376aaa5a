import { ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import { alreadyApplied, alreadyPending } from '../contracts/names';
import type { CommandOutcome, OrderCommand, RefusalCode } from '../contracts/workflow';
import { after, judge, judgeEnded, outcomeOf, stops, type OrderFacts, type Verdict } from './rules';

export interface Submitted {
  readonly command: OrderCommand;
  outcome?: CommandOutcome;
}

/** The accepted commands that wait for the run function, which carries out each of them. */
export interface Inbox {
  /** Judges by the state that the order will have once the commands before this one are done: none is refused for being early. */
  judge(command: OrderCommand): Verdict;
  /**
   * An update's validator. Throws an ApplicationFailure whose type is a RefusalCode, `alreadyApplied` for a no-op, or `alreadyPending`
   * while an equal command is pending. Rejected updates are not written to the history and do not use up one of the ten in-flight
   * updates of a run, so a client that repeats itself without end does no harm.
   */
  validate(command: OrderCommand): void;
  /** The delivery side has reported that no agent is free. */
  noAgentFree(): void;
  /** Records the command. Resolves with its outcome. */
  submit(command: OrderCommand): Promise<CommandOutcome>;
  /** The oldest pending command that ends the order (`stop`), or that does not. */
  next(kind: 'stop' | 'step'): Submitted | undefined;
  /** The order has ended: answers all pending commands accordingly. */
  settleAll(): void;
}

/**
 * After this many searches without a free agent, requests trigger at most one search per interval: Temporal accepts 2,000 updates per
 * run, and an order may wait for a quarter of an hour.
 */
const unlimitedSearches = 100;
const searchIntervalMs = 1_000;

const isSame = (one: OrderCommand, other: OrderCommand): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The commands that trigger a search while the order has no agent. */
const asksForAgent = (command: OrderCommand): boolean =>
  command.kind === 'askAgent' || (command.kind === 'moveDelivery' && command.status === 'PICKED_UP');

export function createInbox(facts: () => OrderFacts, stopping: () => boolean, deliveryUncertain: () => boolean): Inbox {
  let waiting: Submitted[] = [];
  const searches = { count: 0, lastAt: 0 };
  const searchedJustNow = (): boolean =>
    searches.count >= unlimitedSearches && Date.now() - searches.lastAt < searchIntervalMs;

  /** The commands without an outcome. One that has become a no-op gets its outcome here. */
  const pending = (): Submitted[] => {
    for (const submitted of waiting) {
      if (judge(facts(), submitted.command).verdict === 'repeat') submitted.outcome ??= { outcome: 'done' };
    }
    return (waiting = waiting.filter((submitted) => submitted.outcome === undefined));
  };
  const expected = (): OrderFacts => {
    const start = stopping() ? after(facts(), { kind: 'cancel' }) : facts();
    // A pick-up of an order without an agent may still be refused: no other command is too late because of it.
    const certain = pending().filter(({ command }) => !(command.kind === 'moveDelivery' && facts().delivery === null));
    return certain.reduce((state, { command }) => after(state, command), start);
  };

  return {
    judge: (command) => judge(expected(), command),
    validate(command) {
      // Uncertainty counts for updates only: signals are judged again on replay, and one that was ignored would be accepted.
      const verdict = judge({ ...expected(), deliveryUncertain: deliveryUncertain() }, command);
      if (verdict.verdict === 'refused') throw ApplicationFailure.nonRetryable(verdict.message, verdict.code);
      if (judge(facts(), command).verdict === 'repeat')
        throw ApplicationFailure.nonRetryable('The order is already in that state.', alreadyApplied);
      if (pending().some((before) => !stops(facts(), command) && isSame(before.command, command)))
        throw ApplicationFailure.nonRetryable('The same command is already pending.', alreadyPending);
      if (facts().delivery !== null || !asksForAgent(command) || !searchedJustNow()) return;
      if (command.kind === 'askAgent')
        throw ApplicationFailure.nonRetryable('An agent was requested just now.', alreadyApplied);
      throw ApplicationFailure.nonRetryable(
        'No agent is assigned to the order yet.',
        'NO_AGENT_YET' satisfies RefusalCode,
      );
    },
    noAgentFree() {
      searches.count++;
      searches.lastAt = Date.now();
    },
    async submit(command) {
      const submitted: Submitted = { command };
      waiting.push(submitted);
      pending(); // a no-op is answered at once
      // Not cancellable: after an operator's cancel the answer is the order's outcome, not a failure of the wait.
      await CancellationScope.nonCancellable(() => condition(() => submitted.outcome !== undefined));
      return submitted.outcome ?? { outcome: 'done' };
    },
    next: (kind) => pending().find(({ command }) => stops(facts(), command) === (kind === 'stop')),
    settleAll() {
      for (const submitted of pending()) {
        submitted.outcome = outcomeOf(judgeEnded(facts(), submitted.command));
      }
    },
  };
}
