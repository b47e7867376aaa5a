import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, type AnyAnswer } from '../../platform/answer';
import type { Platform } from '../../platform/platform';
import type { Journal, Placement } from '../journal';
import type { Outsider } from './outsider';

/** What the actors of all orders share. */
export interface Actors {
  platform: Platform;
  outsider: Outsider;
  journal: Journal;
  /** Ends every wait and every request. */
  end: AbortSignal;
}

/** One order, for its customer, its restaurants and its courier. */
export interface OrderContext extends Actors {
  placement: Placement;
  /** Until the placement is accepted, the id that its message would have. */
  orderId: string;
  /** Journals every answer, and repeats a request until it is answered without a 5xx, or for a minute. */
  platform: Platform;
}

/** Longer than a service takes to say that it holds a request: 3 s, and 2 s to be sure of it. */
const answerTimeoutMs = 8_000;
/** Every time limit of an order passes sooner. */
export const actorTimeoutMs = 60_000;

export function createOrderContext(actors: Actors, placement: Placement): OrderContext {
  const { channel, messageOrderId } = placement.planned;
  const repeat = {
    when: (answer: AnyAnswer) =>
      answer.outcome === 'no answer' ||
      answer.outcome === 'failed' ||
      earlyCodes.includes(codeOf(answer)) ||
      (answer.status === 404 && channel === 'message'), // the order is unknown until it has been adopted
    timeoutMs: actorTimeoutMs,
    pauseMs: (attempt: number) => Math.min(200 * 1.5 ** (attempt - 2), 1_500),
  };
  const onAnswer = (answer: AnyAnswer, attempt: number): void =>
    actors.journal.recordAnswer(placement, answer, attempt);
  const options = { timeoutMs: answerTimeoutMs, signal: actors.end, repeat, onAnswer };
  return { ...actors, placement, orderId: messageOrderId, platform: actors.platform.with(options) };
}

/** Refusals of a request that came too early: the workflow hears of its agent, and the customer's record of the delivery, a moment later. */
const earlyCodes: (string | undefined)[] = ['NO_AGENT_YET', 'NOT_DELIVERED'];

/** Ends early at the end of the run. */
export const pause = (ms: number, end: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal: end }).catch(() => undefined);
