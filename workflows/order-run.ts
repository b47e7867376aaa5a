import { CancellationScope, condition } from '@temporalio/workflow';
import type { AssignedAgent, OrderCommand, OrderInput, PlacementOutcome } from '../contracts/workflow';
import { createCalls, type Calls } from './calls';
import { createCompensation, reportsFailuresLate, type Compensation } from './compensation';
import { createInbox, type Inbox, type Submitted } from './inbox';
import { count } from './order-metrics';
import { createOrderRecord, type OrderRecord } from './order-record';
import { createWatchdog, type Watchdog } from './watchdog';

/** Thrown inside the saga when the order ends early: a refusal, a cancel or an expired limit. Never leaves the workflow. */
export class OrderStopped extends Error {
  override readonly name = 'OrderStopped';
}

/** A running order: its state, its commands, and how its steps call and wait. */
export interface OrderRun extends Calls {
  input: OrderInput;
  record: OrderRecord;
  inbox: Inbox;
  saga: Compensation;
  watchdog: Watchdog;
  /** The answer to the `place` update, once it is known. */
  placement: PlacementOutcome | undefined;
  /** The agent that a signal has named. */
  assigned: AssignedAgent | undefined;
  /** The worker's activities can update the customer's record within another step. Orders from before version 0.3 use a step of its own. */
  recordsInStep: boolean;
  /** The delivery side may have recorded a delivery that this run does not know of. */
  deliveryUncertain: boolean;
  /** The remaining time to find an agent, over all searches. */
  searchLeftMs: number;
  /** Ends the order at its next step or wait. */
  stop(reason: string): void;
  /** Carries out a step. Abandons it and throws OrderStopped when the order is stopped first. */
  unlessStopped<T>(step: () => Promise<T>): Promise<T>;
  /** Waits for a condition or for the timeout. Throws OrderStopped. */
  until(ready: () => boolean, timeoutMs?: number): Promise<void>;
  /** Waits for the next command that does not end the order. Throws OrderStopped. */
  nextStep(): Promise<Submitted>;
  /** Starts work that only the end of the order waits for. Not cancellable. */
  inBackground(work: () => Promise<void>): void;
  backgroundDone(): Promise<unknown>;
}

export function openOrder(input: OrderInput): OrderRun {
  const record = createOrderRecord(input);
  const background: Promise<void>[] = [];
  let stopReason: string | undefined;
  const inbox = createInbox(
    () => record.facts,
    () => stopReason !== undefined,
    () => run.deliveryUncertain,
  );
  const stopped = (): string | undefined => stopReason ?? stopReasonOf(inbox.next('stop')?.command);
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
      record.note(`${service} service slow or unavailable, retrying`, why);
      if (stopped() !== undefined && !reportsFailuresLate()) record.attention = 'UNDO_FAILING';
      record.show();
    }),
    placement: undefined,
    assigned: undefined,
    recordsInStep: false,
    deliveryUncertain: false,
    searchLeftMs: input.policy.courierLimitMs,
    stop(reason) {
      stopReason ??= reason;
    },
    ...createWaits(inbox, record, stopped),
    inBackground(work) {
      const note = (error: unknown): void =>
        record.note("could not update the customer's record", error instanceof Error ? error.message : '');
      background.push(CancellationScope.nonCancellable(work).catch(note));
    },
    backgroundDone: () => Promise.all(background),
  };
  return run;
}

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

/** The reason for the stop: the sender's, or a default. */
function stopReasonOf(command: OrderCommand | undefined): string | undefined {
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
