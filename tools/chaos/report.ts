import type { Evidence } from './evidence/evidence';
import { targetOf, type Inflicted } from './faults/inflict';
import { ordersOf, standOf, stands, type Stand } from './invariants/orders';
import type { Verdict } from './invariants/judge';
import type { Journal, Pledge, Traffic } from './journal';
import { parts, type FaultKind } from './plan/faults';
import { fates, type Fate } from './plan/orders';
import type { Plan } from './plan/plan';

/** What came of an order; `nothing`: it was not answered, and is not there. `unclear` breaks an invariant. */
export type Result = Stand | 'nothing' | 'unclear';
export const results = [...stands, 'nothing', 'unclear'] as const satisfies Result[];

/** What a run comes to; the same for people and, as JSON, for programs. */
export interface Report {
  seed: number;
  orders: number;
  tookSeconds: number;
  /** How many of each fate came to what. */
  fates: Record<Fate, Record<Result, number>>;
  /** How often each part suffered what; the tables and connections of PostgreSQL are counted with it. */
  faults: Record<string, Record<FaultKind, number>>;
  /** Faults that did nothing, and why. */
  faultsFailed: string[];
  traffic: Traffic;
  slowest: { orderId: string; seconds: number } | null;
  deadLetters: { sentOnPurpose: number; found: number };
  /** What was still going on when the time was up. */
  unrest: string[];
  invariants: Verdict[];
  /** Every invariant holds, and everything came to rest in time. */
  ok: boolean;
}

export interface Outcome {
  plan: Plan;
  journal: Journal;
  inflicted: Inflicted[];
  evidence: Evidence;
  verdicts: Verdict[];
  unrest: string[];
  tookMs: number;
}

export function reportOf({ plan, journal, inflicted, evidence, verdicts, unrest, tookMs }: Outcome): Report {
  return {
    seed: plan.seed,
    orders: plan.orders.length,
    tookSeconds: Math.round(tookMs / 1000),
    fates: countFates(journal.pledges, evidence),
    faults: countFaults(inflicted),
    faultsFailed: inflicted.flatMap(({ fault, failed }) => (failed ? [`${fault.kind}: ${failed}`] : [])),
    traffic: journal.traffic,
    slowest: slowestOf(evidence),
    deadLetters: { sentOnPurpose: plan.poison.length, found: evidence.deadLetters.length },
    unrest,
    invariants: verdicts,
    ok: unrest.length === 0 && verdicts.every(({ offences }) => offences.length === 0),
  };
}

function countFates(pledges: Pledge[], evidence: Evidence): Report['fates'] {
  const none = () => Object.fromEntries(results.map((result) => [result, 0])) as Record<Result, number>;
  const counts = Object.fromEntries(fates.map((fate) => [fate, none()])) as Report['fates'];
  const orders = ordersOf(evidence);
  for (const { planned } of pledges) {
    const found = orders.find(({ record, group, run }) =>
      [record?.userId, group?.userId, run?.userId].includes(planned.userId),
    );
    counts[planned.fate][found ? (standOf(found) ?? 'unclear') : 'nothing'] += 1;
  }
  return counts;
}

function countFaults(inflicted: Inflicted[]): Report['faults'] {
  const counts: Report['faults'] = {};
  for (const part of parts) counts[part] = { kill: 0, freeze: 0, lock: 0, stall: 0 };
  for (const { fault, failed } of inflicted) {
    const count = counts[targetOf(fault)];
    if (count && !failed) count[fault.kind] += 1;
  }
  return counts;
}

/** By Temporal's clock, from the placement to the end. */
function slowestOf(evidence: Evidence): Report['slowest'] {
  const ended = ordersOf(evidence).flatMap(({ orderId, run }) =>
    run?.tookMs ? [{ orderId, seconds: Math.round(run.tookMs / 100) / 10 }] : [],
  );
  return ended.sort((one, other) => other.seconds - one.seconds)[0] ?? null;
}
