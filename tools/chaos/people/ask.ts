import { setTimeout as sleep } from 'node:timers/promises';
import { anOperator, authorization } from '../../stack/access';
import type { Journal } from '../journal';

export interface Request {
  /** Whose order it is about, by its number and its id where that is known. */
  order: number;
  orderId?: string;
  method: 'GET' | 'POST' | 'PATCH';
  url: string;
  body?: object;
  headers?: Record<string, string>;
  timeoutMs?: number;
}

export interface Answer {
  status: number;
  body: unknown;
}

/** Longer than the system takes to say that it holds something (3 s, and 2 s to be sure of it). */
const answerLimitMs = 8_000;
/** Nobody asks for the same thing longer than this: every limit of an order has run out by then. */
const patienceMs = 60_000;
const shortestPauseMs = 200;
const longestPauseMs = 1_500;

export interface Asker {
  /** Asks once; undefined: no answer in time. */
  once(request: Request, isRepeat?: boolean): Promise<Answer | undefined>;
  /** Asks again after no answer or a 5xx, as a client does that wants to know; undefined: there was none while they had patience. */
  untilAnswered(request: Request): Promise<Answer | undefined>;
  /** Asks again and again until `found` makes something of the answer; undefined when patience ends. */
  poll<T>(request: Request, found: (answer: Answer) => T | undefined): Promise<T | undefined>;
  /** Says whether it lasts, from now on. */
  patience(): () => boolean;
  /** Resolves after the time, or at the end of the run. */
  pause(ms: number): Promise<void>;
  readonly ended: boolean;
}

/** The end of the run ends everybody's patience. */
export function createAsker(journal: Journal, end: AbortSignal): Asker {
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: end }).catch(() => undefined);
  const once = async (request: Request, isRepeat = false): Promise<Answer | undefined> => {
    const { order, orderId, method, url } = request;
    const startedAt = Date.now();
    const answer = await send(request, end);
    const what = `${method} ${new URL(url).pathname}`;
    const tookMs = Date.now() - startedAt;
    const message = messageOf(answer?.body);
    journal.note(
      { order, ...(orderId && { orderId }), what, answer: answer?.status ?? null, tookMs, ...(message && { message }) },
      isRepeat,
    );
    return answer;
  };
  const patience = (): (() => boolean) => {
    const endsAt = Date.now() + patienceMs;
    return () => !end.aborted && Date.now() < endsAt;
  };
  return {
    once,
    patience,
    async untilAnswered(request) {
      const hasPatience = patience();
      for (let tries = 0; hasPatience(); tries += 1) {
        const answer = await once(request, tries > 0);
        if (answer && answer.status < 500) return answer;
        await pause(Math.min(shortestPauseMs * 2 ** tries, longestPauseMs));
      }
      return undefined;
    },
    async poll(request, found) {
      const hasPatience = patience();
      for (let tries = 0; hasPatience(); tries += 1) {
        const answer = await once(request);
        const result = answer && answer.status < 500 ? found(answer) : undefined;
        if (result !== undefined) return result;
        await pause(Math.min(shortestPauseMs * 1.5 ** tries, longestPauseMs));
      }
      return undefined;
    },
    pause,
    get ended() {
      return end.aborted;
    },
  };
}

async function send({ method, url, body, headers, timeoutMs }: Request, end: AbortSignal): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...(await authorization(anOperator)),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs ?? answerLimitMs), end]),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    return undefined; // refused, cut off, or too late: a client can't tell, and need not
  }
}

export function messageOf(body: unknown): string | undefined {
  return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : undefined;
}
