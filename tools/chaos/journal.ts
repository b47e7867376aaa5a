import { appendFileSync, writeFileSync } from 'node:fs';
import type { PlannedOrder } from './plan/orders';

/** What became of a placement, as whoever placed it was told. */
export type Placement =
  /** 2xx, or the broker's confirm of an old program's message. */
  { answered: 'accepted'; orderId: string } | { answered: 'refused'; status: number } | { answered: 'not at all' };

/** An order as it was asked for, by the ids of the running system, and what was promised for it. */
export interface Pledge {
  planned: PlannedOrder;
  restaurants: { restaurantId: string; items: { menuItemId: string; quantity: number }[] }[];
  placement: Placement;
  /** A rating was answered with 2xx. */
  rated: boolean;
}

/** How the system has answered over HTTP. */
export interface Traffic {
  calls: number;
  /** The same call once more, after no answer or a 5xx. */
  repeats: number;
  unanswered: number;
  /** By status. */
  answers: Record<number, number>;
}

export interface JournalEntry {
  order: number;
  orderId?: string;
  /** `POST /orders`, say. */
  what: string;
  /** The status; null: there was no answer. */
  answer: number | null;
  tookMs: number;
  message?: string;
}

/** What was asked and answered, as it happens, also in a file: for whoever looks into a broken invariant. */
export class Journal {
  readonly pledges: Pledge[] = [];
  readonly traffic: Traffic = { calls: 0, repeats: 0, unanswered: 0, answers: {} };
  private readonly startedAt = Date.now();

  constructor(private readonly file: string) {
    writeFileSync(file, '');
  }

  /** A placement that is about to be asked for. */
  pledge(asked: Pick<Pledge, 'planned' | 'restaurants'>): Pledge {
    const pledge: Pledge = { ...asked, placement: { answered: 'not at all' }, rated: false };
    this.pledges.push(pledge);
    return pledge;
  }

  note(entry: JournalEntry, isRepeat: boolean): void {
    const { traffic } = this;
    traffic.calls += 1;
    if (isRepeat) traffic.repeats += 1;
    if (entry.answer === null) traffic.unanswered += 1;
    else traffic.answers[entry.answer] = (traffic.answers[entry.answer] ?? 0) + 1;
    this.write(entry);
  }

  write(line: object): void {
    appendFileSync(this.file, `${JSON.stringify({ atMs: Date.now() - this.startedAt, ...line })}\n`);
  }
}
