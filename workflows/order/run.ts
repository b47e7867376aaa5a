import { CancellationScope } from '@temporalio/workflow';
import { policyOf, type OrderPolicy } from '../../contracts/policy';
import type { OrderInput, PlacementOutcome } from '../../contracts/workflow';
import { createCalls, createDeferred, type Calls } from '../calls';
import { createCompensation, type Compensation } from './compensation';
import { createInbox, type Inbox } from './inbox';
import { beginStory, type Story } from './story';
import { createWaits, type Waits } from './waits';
import { createWatchdog, type Watchdog } from './watchdog';

/** A running order: its story, its commands, and how its steps call, wait and are undone. `until` also shows the order. */
export interface OrderRun extends Story, Calls, Waits {
  readonly input: OrderInput;
  readonly policy: OrderPolicy;
  readonly inbox: Inbox;
  readonly saga: Compensation;
  readonly watchdog: Watchdog;
  /** The answer to the `place` update. */
  readonly placed: Promise<PlacementOutcome>;
  /** Starts work that only the end of the order waits for. Not cancellable. */
  inBackground(work: () => Promise<void>): void;
  backgroundDone(): Promise<unknown>;
}

export function openOrder(input: OrderInput): OrderRun {
  const policy = policyOf(input);
  const placed = createDeferred<PlacementOutcome>();
  const changed = (): void => {
    if (story.state.placement) placed.resolve(story.state.placement);
    inbox.answerRepeats();
    waits.changed();
  };
  const story = beginStory(input, changed);
  const inbox = createInbox(story, changed);
  const waits = createWaits(() => story.state.stopped ?? inbox.stopReason() ?? null);
  const calls = createCalls(policy, (service, error) => {
    story.emit({ type: 'service-unavailable', service, error });
    story.show();
  });
  const saga = createCompensation((step, failure) =>
    story.emit(failure ? { type: 'undo-failed', step, error: failure.message } : { type: 'undone', step }),
  );
  const background: Promise<void>[] = [];
  return Object.assign(story, calls, waits, {
    input,
    policy,
    inbox,
    saga,
    watchdog: createWatchdog(),
    placed: placed.promise,
    until(ready: () => boolean, timeoutMs?: number) {
      story.show();
      return waits.until(ready, timeoutMs);
    },
    inBackground(work: () => Promise<void>) {
      const report = (error: unknown): void =>
        story.emit({ type: 'record-failed', error: error instanceof Error ? error.message : '' });
      background.push(CancellationScope.nonCancellable(work).catch(report));
    },
    backgroundDone: () => Promise.all(background),
  });
}
