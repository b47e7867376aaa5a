import { appendFileSync, writeFileSync } from 'node:fs';
import type { AnyAnswer } from '../platform/answer';
import type { NewOrder } from '../platform/requests';
import type { PlannedOrder } from './plan/orders';

/** Accepted: answered with 2xx, or a message confirmed by the broker. Unknown: no answer, or a 5xx. */
export type PlacementOutcome =
  { is: 'accepted'; orderId: string } | { is: 'refused'; status: number } | { is: 'unknown' };

/** A request for an order, and what its customer was promised. */
export interface Placement {
  planned: PlannedOrder;
  body: Pick<NewOrder, 'user_id' | 'restaurants'>;
  outcome: PlacementOutcome;
  isRated: boolean;
}

export type Journal = ReturnType<typeof createJournal>;

/** A file with a JSON line for every answer, message and fault, as they happen: for diagnosing a violation. */
export function createJournal(file: string) {
  const startedAt = Date.now();
  /** How many answers had which status; `none` counts requests without an answer. */
  const answers: Record<string, number> = {};
  const write = (line: object): void =>
    appendFileSync(file, `${JSON.stringify({ atMs: Date.now() - startedAt, ...line })}\n`);
  writeFileSync(file, '');
  return {
    answers,
    write,
    recordAnswer({ planned, outcome }: Placement, answer: AnyAnswer, attempt: number): void {
      const { method, path, status, ms } = answer;
      answers[status ?? 'none'] = (answers[status ?? 'none'] ?? 0) + 1;
      const orderId = outcome.is === 'accepted' ? outcome.orderId : undefined;
      const problem = answer.outcome === 'refused' || answer.outcome === 'failed' ? answer.body : undefined;
      const what = `${method} ${path}`;
      write({ order: planned.number, orderId, what, attempt, status, tookMs: Math.round(ms), problem });
    },
  };
}
