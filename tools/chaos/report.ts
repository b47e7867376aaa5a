import { table } from '../cli/output';
import { agreedStateOf, orderStates, ordersOf } from './invariants/case';
import type { InvariantResult } from './invariants/invariants';
import type { Placement } from './journal';
import { faultKinds, parts } from './plan/plan';
import { scenarios } from './plan/orders';
import type { Outcome } from './run';

/** What an order came to. `no order`: its placement was not answered, and never arrived. `unclear` violates an invariant. */
const results = [...orderStates, 'no order', 'unclear'];

export type Report = ReturnType<typeof reportOf>;

export function reportOf({ plan, given, answers, injected, unsettled, invariants, tookMs }: Outcome) {
  const orders = ordersOf(given);
  const resultOf = (placement: Placement): string => {
    const order = orders.find((each) => each.placement === placement);
    return order ? (agreedStateOf(order) ?? 'unclear') : 'no order';
  };
  return {
    seed: plan.seed,
    orders: plan.orders.length,
    tookSeconds: Math.round(tookMs / 1000),
    scenarios: count(given.placements.map((placement) => [placement.planned.scenario, resultOf(placement)])),
    /** Faults that had an effect, by part; locked tables and stalled connections are PostgreSQL's. */
    faults: count(injected.filter(({ error }) => !error).map(({ fault: { part, kind } }) => [part, kind])),
    faultsWithoutEffect: injected
      .filter(({ error }) => error)
      .map(({ fault: { part, kind }, error }) => `${kind} ${part}: ${error}`),
    answers,
    unsettled,
    invariants,
    ok: unsettled.length === 0 && invariants.every(({ violations }) => violations.length === 0),
  };
}

type Counts = Record<string, Record<string, number>>;

function count(pairs: [row: string, column: string][]): Counts {
  const counts: Counts = {};
  for (const [row, column] of pairs) {
    const columns = (counts[row] ??= {});
    columns[column] = (columns[column] ?? 0) + 1;
  }
  return counts;
}

const maxViolations = 5;

/** The summary for people. `stackName` tells where the logs are. */
export function summaryOf(report: Report, stackName: string): string[] {
  const { seed, orders, tookSeconds, answers } = report;
  const answered = Object.entries(answers).map(([status, times]) => `${times} x ${status}`);
  const resultsSeen = results.filter((result) => scenarios.some((scenario) => report.scenarios[scenario]?.[result]));
  return [
    '',
    `Seed ${seed}: ${orders} orders in ${tookSeconds} s`,
    '',
    ...countTable('SCENARIO', report.scenarios, scenarios, resultsSeen),
    '',
    ...countTable('FAULTS', report.faults, parts, faultKinds),
    ...report.faultsWithoutEffect.map((what) => `  no effect: ${what}`),
    '',
    `Answers  ${answered.join(', ')}`,
    '',
    ...report.unsettled.map((what) => `NOT SETTLED  ${what}`),
    ...report.invariants.flatMap((invariant) => describeInvariant(invariant, stackName)),
  ];
}

const countTable = (title: string, counts: Counts, rows: readonly string[], columns: readonly string[]): string[] =>
  table([
    [title, ...columns.map((column) => column.toUpperCase())],
    ...rows.map((row) => [row, ...columns.map((column) => counts[row]?.[column])]),
  ]);

function describeInvariant({ number, title, violations }: InvariantResult, stackName: string): string[] {
  const hidden = violations.length - maxViolations;
  return [
    `${violations.length === 0 ? 'ok      ' : 'VIOLATED'}  ${number}. ${title}`,
    ...violations
      .slice(0, maxViolations)
      .flatMap(({ orderId, what }) => [
        `            ${orderId ? `order ${orderId}: ` : ''}${what}`,
        ...(orderId ? [`              grep -h ${orderId} .stack/${stackName}/logs/*`] : []),
      ]),
    ...(hidden > 0 ? [`            and ${hidden} more`] : []),
  ];
}
