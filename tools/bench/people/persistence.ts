import { setTimeout as sleep } from 'node:timers/promises';
import { routeOf, type HttpAnswer, type HttpClient } from '../load/http';
import type { Repeats } from '../load/job';

export interface Persistent {
  http: HttpClient;
  /** Counted in. */
  repeats: Repeats;
}

/** Nobody waits longer for one step of an order. */
const patienceMs = 30_000;
/** Between two tries, where the server does not ask for more. */
const pauseMs = 200;

/**
 * Asks until it is done, as a client does: again after 202 (held, and not done yet) and 503. The request has to be one that may be
 * repeated. Throws when it is answered in any other way, or when patience ends.
 */
export async function untilDone(
  { http, repeats }: Persistent,
  ...request: Parameters<HttpClient['send']>
): Promise<HttpAnswer> {
  const [method, url] = request;
  const since = performance.now();
  for (;;) {
    const answer = await http.expect([200, 201, 202, 503], ...request);
    const { status, retryAfterMs } = answer;
    if (status === 200 || status === 201) return answer;
    repeats[status === 202 ? 'accepted' : 'unavailable'] += 1;
    const waitMs = Math.max(pauseMs, retryAfterMs);
    if (performance.now() + waitMs - since > patienceMs)
      throw new Error(`${routeOf(method, url)} was still answered ${status} after ${patienceMs / 1_000} s`);
    await sleep(waitMs);
  }
}

export const noRepeats = (): Repeats => ({ accepted: 0, unavailable: 0, cancelled: 0 });
