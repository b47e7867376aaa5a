import { CancellationScope, condition } from '@temporalio/workflow';
import type { AssignedAgent, OrderCommand, OrderInput, PlacementOutcome } from '../contracts/workflow';
import { createCalls, type Calls } from './calls';
import { createCompensation, showsFailingUndos, type Compensation } from './compensation';
import { createInbox, type Inbox, type Submitted } from './inbox';
import { count } from './order-metrics';
import { createOrderRecord, type OrderRecord } from './order-record';
import { createWatchdog, type Watchdog } from './watchdog';

/** Thrown inside the saga where the order's course ends early: a refusal, a cancel, a limit that ran out. Never leaves the workflow. */
export class OrderStopped extends Error {
  override readonly name = 'OrderStopped';
}

/** One order under way: what it knows, what has reached it, and how its steps call and wait. */
export interface OrderRun extends Calls {
  input: OrderInput;
  record: OrderRecord;
  inbox: Inbox;
  saga: Compensation;
  watchdog: Watchdog;
  /** The answer to the `place` update, once there is one. */
  placement: PlacementOutcome | undefined;
  /** The agent that a signal has named. */
  assigned: AssignedAgent | undefined;
  /** The activities of this order's worker can have the customer's record follow along. An order of before version 0.3 goes on step by step. */
  recordsAlong: boolean;
  /** The delivery side may know the order as delivered, and this run does not yet. */
  mayBeDelivered: boolean;
  /** What is left of the time to find an agent, over all tries. */
  searchLeftMs: number;
  /** Ends the order's course at the next step or wait. */
  stop(reason: string): void;
  /** Carries out a step; when the order is stopped meanwhile, abandons it and throws OrderStopped. */
  unlessStopped<T>(step: () => Promise<T>): Promise<T>;
  /** Waits for a condition, or for the time if one is given. Throws OrderStopped. */
  until(ready: () => boolean, timeoutMs?: number): Promise<void>;
  /** Waits for the next command that does not end the order. Throws OrderStopped. */
  nextStep(): Promise<Submitted>;
  /** Work that the order's course does not wait for; its end does. Not cancellable. */
  inBackground(work: () => Promise<void>): void;
  backgroundDone(): Promise<unknown>;
}

/** Builds the run of an order that begins. */
export function openOrder(input: OrderInput): OrderRun {
  const record = createOrderRecord(input);
  const background: Promise<void>[] = [];
  let stopReason: string | undefined;
  const inbox = createInbox(
    () => record.facts,
    () => stopReason !== undefined,
    () => run.mayBeDelivered,
  );
  const stopped = (): string | undefined => stopReason ?? reasonOf(inbox.next('stop')?.command);
  const run: OrderRun = {
    input,
    record,
    inbox,
    saga: createCompensation((name, failure) => {
      count.undone(name, failure ? 'failing' : 'done');
      if (failure === undefined) record.note('undone', name);
      else record.note('could not undo', `${name}: ${failure.message}`);
    }),
    watchdog: createWatchdog(),
    ...createCalls(input.policy, (service, why) => {
      record.note(`${service} slow or away, calling durably`, why);
      if (stopped() !== undefined && !showsFailingUndos()) record.attention = 'UNDO_FAILING';
      record.show();
    }),
    placement: undefined,
    assigned: undefined,
    recordsAlong: false,
    mayBeDelivered: false,
    searchLeftMs: input.policy.courierLimitMs,
    stop(reason) {
      stopReason ??= reason;
    },
    ...createWaits(inbox, record, stopped),
    inBackground(work) {
      const noted = (err: unknown): void =>
        record.note('could not be recorded', err instanceof Error ? err.message : '');
      background.push(CancellationScope.nonCancellable(work).catch(noted));
    },
    backgroundDone: () => Promise.all(background),
  };
  return run;
}

/** How the run waits: nothing goes on once the order is stopped. */
function createWaits(
  inbox: Inbox,
  record: OrderRecord,
  stopped: () => string | undefined,
): Pick<OrderRun, 'unlessStopped' | 'until' | 'nextStep'> {
  const throwIfStopped = (): void => {
    const reason = stopped();
    if (reason !== undefined) throw new OrderStopped(reason);
  };

  return {
    async unlessStopped(step) {
      throwIfStopped();
      const scope = new CancellationScope();
      let settled = false;
      const running = scope.run(step).finally(() => (settled = true));
      running.catch(() => undefined); // awaited below, or abandoned
      await condition(() => settled || stopped() !== undefined);
      if (settled) return running;
      scope.cancel();
      await running.catch(() => undefined);
      throw new OrderStopped(stopped());
    },
    async until(ready, timeoutMs) {
      record.show();
      const done = (): boolean => ready() || stopped() !== undefined;
      if (timeoutMs === undefined) await condition(done);
      else await condition(done, timeoutMs);
      throwIfStopped();
    },
    async nextStep() {
      await this.until(() => inbox.next('step') !== undefined);
      return inbox.next('step') as Submitted; // until() has seen it
    },
  };
}

/** Why the order stops, in the words of whoever stops it. */
function reasonOf(command: OrderCommand | undefined): string | undefined {
  switch (command?.kind) {
    case undefined:
    case 'askAgent':
    case 'decline':
      return undefined;
    case 'cancel':
      return command.reason ?? 'cancelled by the customer';
    case 'decide':
      return command.reason ?? 'refused by the restaurant';
    case 'moveDelivery':
      return 'cancelled by the courier';
  }
}
