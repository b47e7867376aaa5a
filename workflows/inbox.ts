import { ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import { alreadyApplied, alreadyPending } from '../contracts/names';
import type { CommandOutcome, OrderCommand, RefusalCode } from '../contracts/workflow';
import { after, judge, judgeEnded, stops, type OrderFacts, type Verdict } from './rules';

export interface Submitted {
  readonly command: OrderCommand;
  outcome?: CommandOutcome;
}

/** The commands that were let in and wait for the run function, which carries out every one. */
export interface Inbox {
  /** By the state that the order will have once the commands before this one are done: nobody is refused for being early. */
  judge(command: OrderCommand): Verdict;
  /**
   * An update's validator. Throws ApplicationFailure: its type is a RefusalCode for what is not allowed, `soAlready` for what needs
   * no step, `waitsAlready` for a step that waits to be done already. None leaves a trace in the history: a client that repeats itself
   * without end fills none, and takes nobody's place among the ten updates that Temporal lets a run have under way.
   */
  validate(command: OrderCommand): void;
  /** The delivery side has said that nobody is free. */
  askedInVain(): void;
  /** Records the command and resolves with its outcome. */
  submit(command: OrderCommand): Promise<CommandOutcome>;
  /** The oldest waiting command that ends the order, or that does not. */
  next(kind: 'stop' | 'step'): Submitted | undefined;
  /** The order's course has ended: answers all that still wait by what it came to. */
  settleAll(): void;
}

/** An order that is asked again and again for an agent asks the delivery side so often, then once in this time. */
const asksUnlimited = 100;
const askIntervalMs = 1_000;

const noAgentYet: RefusalCode = 'NO_AGENT_YET';

const isSame = (one: OrderCommand, other: OrderCommand): boolean => JSON.stringify(one) === JSON.stringify(other);

/** While there is no agent, these have the delivery side asked again. */
const asksForAgent = (command: OrderCommand): boolean =>
  command.kind === 'askAgent' || (command.kind === 'moveDelivery' && command.status === 'PICKED_UP');

export function createInbox(facts: () => OrderFacts, stopping: () => boolean, mayBePickedUp: () => boolean): Inbox {
  let waiting: Submitted[] = [];
  const inVain = { times: 0, at: 0 };
  /** Asked often, and just now. Temporal takes 2,000 updates a run, and an order may wait for a quarter of an hour. */
  const askedEnough = (): boolean => inVain.times >= asksUnlimited && Date.now() - inVain.at < askIntervalMs;

  /** What is still to be done: without what has been answered, and without what has become so already. */
  const pending = (): Submitted[] => {
    for (const submitted of waiting) {
      if (judge(facts(), submitted.command).verdict === 'repeat') submitted.outcome ??= { outcome: 'done' };
    }
    return (waiting = waiting.filter((submitted) => submitted.outcome === undefined));
  };
  const expected = (): OrderFacts => {
    const start = stopping() ? after(facts(), { kind: 'cancel' }) : facts();
    // A pick-up of an order that has no agent yet may well be refused: nobody is to be told that it is too late because of it.
    const certain = pending().filter(({ command }) => !(command.kind === 'moveDelivery' && facts().delivery === null));
    return certain.reduce((state, { command }) => after(state, command), start);
  };

  return {
    judge: (command) => judge(expected(), command),
    validate(command) {
      // Updates only: a signal is judged again in a replay, where this would let in what was noted and ignored.
      const verdict = judge({ ...expected(), mayBePickedUp: mayBePickedUp() }, command);
      if (verdict.verdict === 'refused') throw ApplicationFailure.nonRetryable(verdict.message, verdict.code);
      if (judge(facts(), command).verdict === 'repeat')
        throw ApplicationFailure.nonRetryable('It is so already.', alreadyApplied);
      if (pending().some((before) => !stops(facts(), command) && isSame(before.command, command)))
        throw ApplicationFailure.nonRetryable('The same is waiting to be done.', alreadyPending);
      if (facts().delivery !== null || !asksForAgent(command) || !askedEnough()) return;
      if (command.kind === 'askAgent') throw ApplicationFailure.nonRetryable('It was asked just now.', alreadyApplied);
      throw ApplicationFailure.nonRetryable('No agent is assigned to the order yet.', noAgentYet);
    },
    askedInVain() {
      inVain.times++;
      inVain.at = Date.now();
    },
    async submit(command) {
      const submitted: Submitted = { command };
      waiting.push(submitted);
      pending(); // answers it at once if it is so already
      // Not cancellable: an operator's cancel is answered by what the order comes to, not by a failure of the wait.
      await CancellationScope.nonCancellable(() => condition(() => submitted.outcome !== undefined));
      return submitted.outcome ?? { outcome: 'done' };
    },
    next: (kind) => pending().find(({ command }) => stops(facts(), command) === (kind === 'stop')),
    settleAll() {
      for (const submitted of pending()) {
        const verdict = judgeEnded(facts(), submitted.command);
        submitted.outcome =
          verdict.verdict === 'refused'
            ? { outcome: 'refused', code: verdict.code, message: verdict.message }
            : { outcome: 'done' };
      }
    },
  };
}
