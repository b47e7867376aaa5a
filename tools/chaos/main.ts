import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFreshCommand,
  createMain,
  exitCodes,
  jsonOption,
  parseCount,
  parseWhole,
  printLines,
  runAsProgram,
  table,
} from '../cli/cli';
import { instanceNamed } from '../stack/instance';
import { ampleRateLimits, onFreshSystem } from '../stack/launcher';
import { agreedStateOf, orderStates, ordersOf } from './invariants/case';
import type { InvariantResult } from './invariants/invariants';
import type { Placement } from './journal';
import { scenarios } from './plan/orders';
import { faultKinds, makePlan, parts } from './plan/plan';
import { run, type Outcome } from './run';

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
    faultsWithoutEffect: injected.flatMap(({ fault, error }) => (error ? `${fault.kind} ${fault.part}: ${error}` : [])),
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

interface ChaosOptions {
  seed: number;
  orders: number;
  limit: number;
  json: boolean;
  keep: boolean;
  name: string;
  yes: boolean;
}

/** Time limits short enough that an order without a decision, a courier or a service ends within the run. */
const shortLimits = {
  PLACEMENT_LIMIT_MS: '30000',
  DECISION_LIMIT_MS: '15000',
  COURIER_LIMIT_MS: '25000',
  PICKUP_LIMIT_MS: '25000',
  DELIVERY_ATTENTION_MS: '60000',
  REASK_INTERVAL_MS: '3000',
  AVOID_LOCAL_MS: '3000',
  ATTEMPT_MS: '1500',
  RETRY_INTERVAL_MS: '1000',
};

/** `npm run chaos`. Exit code 0: every invariant holds; 1: one is violated, or the system did not settle; 2: wrong arguments. */
export const main = createMain((runCommand) =>
  createFreshCommand('chaos', 'kill and freeze the parts of a system under load, and check that no order is lost')
    .option('--seed <number>', 'decides what each order does, and when which fault is injected', parseWhole, 1)
    .option('--orders <count>', 'how many orders', parseCount, 200)
    .option('--limit <seconds>', 'for the whole run, once the system is ready', parseCount, 300)
    .option('--keep', 'keep data and logs even if every invariant holds', false)
    .addOption(jsonOption())
    .action((options: ChaosOptions) => runCommand(runChaos(options))),
);

async function runChaos({ name, seed, orders, limit, json, keep, yes }: ChaosOptions): Promise<number> {
  const { logsDir } = instanceNamed(name);
  // Durable, because PostgreSQL and the other servers are killed and must keep what they have acknowledged.
  const launch = { name, yes, env: { ...ampleRateLimits, ...shortLimits }, durable: true, keepData: keep };
  const code = await onFreshSystem(launch, async (system) => {
    const outcome = await run(system, makePlan(seed, orders), limit * 1_000);
    const report = reportOf(outcome);
    writeFileSync(join(logsDir, 'evidence.json'), JSON.stringify({ report, ...outcome.given }, null, 1));
    printLines(json ? [JSON.stringify(report, null, 2)] : summaryOf(report, name));
    return report.ok ? exitCodes.fine : exitCodes.failed;
  });
  if ((code !== exitCodes.fine || keep) && !json) {
    printLines([
      '',
      `The logs, journal.jsonl and evidence.json are in ${logsDir}.`,
      `This starts a system with the same data: npm start -- --name ${name}`,
    ]);
  }
  return code;
}

if (require.main === module) runAsProgram(main);
