import { table } from '../../cli/output';
import type { PhaseSummary } from '../measure/phase';
import type { Summary } from '../measure/statistics';
import { concurrencies } from '../settings';
import type { Report } from './report';

/** The report as a person reads it. */
export function linesOf(report: Report): string[] {
  return [
    ...conditionLines(report),
    ...section('Whole orders and bare workflows', rateRows(report)),
    ...failureLines(report),
    ...section('Latency of orders in ms', latencyRows(report)),
    ...section('Latency of bare workflows in ms', bareLatencyRows(report)),
    ...section('Processor time in ms for each, 50 at a time', cpuRows(report)),
    ...section('Histories, for each', historyRows(report)),
    ...section('An agent is freed, ms until the next order', handoverRows(report)),
    ...section('GET /restaurants', browsingRows(report)),
    ...section(
      'Memory in MB',
      Object.entries(report.memoryMb ?? {}).map(([name, mb]) => [name, fixed(mb, 0)]),
    ),
    ...growthLines(report),
    ...section('Targets', targetRows(report)),
    ...section('Seconds that this took', secondsRows(report)),
  ];
}

const section = (title: string, rows: string[][]): string[] => ['', title, ...table(rows).map((line) => `  ${line}`)];

const fixed = (value: number | null | undefined, digits = 1): string => value?.toFixed(digits) ?? '-';

function conditionLines({ conditions }: Report): string[] {
  const { cpu, cores, memoryGb, platform, node, otherCores, loadBefore, tookSeconds, provisional } = conditions;
  return [
    `${cores} cores (${cpu}), ${memoryGb} GB, ${platform}, Node ${node}; ${tookSeconds} s`,
    `other programs used up to ${fixed(otherCores, 2)} cores in a phase; load average before: ${fixed(loadBefore)}`,
    ...(provisional ? ['PROVISIONAL: the machine was not quiet. Compare ratios, and those with care.'] : []),
  ];
}

function rateRows({ orders, bare, regular }: Report): string[][] {
  const rate = (phase: PhaseSummary | undefined) => fixed(phase?.perSecond);
  const spread = ({ perSecondByRound }: PhaseSummary) => perSecondByRound.map((each) => fixed(each)).join(' ');
  return [
    [
      'at a time',
      'orders/s',
      'bare/s',
      'ratio',
      'bare with regular activities/s',
      'failed',
      'answered 202',
      '503',
      'cancelled',
      'orders/s by round',
      'bare/s by round',
    ],
    ...concurrencies.map((n) => [
      String(n),
      rate(orders[n]),
      rate(bare[n]),
      fixed(orders[n].perSecond / bare[n].perSecond, 2),
      rate(regular[n]),
      String(orders[n].failed),
      ...repeatCells(orders[n]),
      spread(orders[n]),
      spread(bare[n]),
    ]),
  ];
}

const repeatCells = ({ repeats }: PhaseSummary): string[] =>
  (['accepted', 'unavailable', 'cancelled'] as const).map((kind) => String(repeats?.[kind] ?? 0));

const steps = ['place', 'confirm', 'pickUp', 'deliver', 'whole'];
const threeOf = (summary: Summary | null | undefined): string =>
  summary ? [summary.p50, summary.p95, summary.p99].map((value) => fixed(value, 0)).join(' / ') : '-';

function latencyRows({ orders, openLoop }: Report): string[][] {
  const row = (title: string, { latency }: PhaseSummary) => [title, ...steps.map((step) => threeOf(latency[step]))];
  return [
    ['p50 / p95 / p99', ...steps],
    ...concurrencies.map((n) => row(`${n} at a time`, orders[n])),
    row(`${fixed(openLoop.rate)}/s, from when due`, openLoop),
  ];
}

/** What the orders that failed were answered. */
function failureLines({ orders, openLoop }: Report): string[] {
  const failures = [...concurrencies.map((n) => orders[n]), openLoop].flatMap((phase) => phase.failures);
  const rows = [...new Set(failures)].map((failure) => [failure]);
  return rows.length === 0 ? [] : section('Orders failed with', rows);
}

function bareLatencyRows({ bare, regular }: Report): string[][] {
  const parts = ['place', 'update', 'whole'];
  const row = (title: string, phase: PhaseSummary | undefined) =>
    phase ? [[title, ...parts.map((part) => threeOf(phase.latency[part]))]] : [];
  return [
    ['p50 / p95 / p99', ...parts],
    ...concurrencies.flatMap((n) => row(`${n} at a time`, bare[n])),
    ...concurrencies.flatMap((n) => row(`${n} at a time, regular activities`, regular[n])),
  ];
}

function cpuRows({ orders, bare, split }: Report): string[][] {
  const [order, engine] = [orders[50].cpuMsEach, bare[50].cpuMsEach];
  if (!order || !engine || !split) return [['not told by this kernel']];
  const rows = Object.keys(order).map((name) => [name, fixed(order[name]), fixed(engine[name])]);
  return [
    ['process', 'order', 'bare workflow'],
    ...rows,
    ["= Temporal's server", fixed(split.temporal), ''],
    ['= its SDK (what the bare workflow uses)', fixed(split.sdk), ''],
    ['= all the rest', fixed(split.own), ''],
  ];
}

function historyRows({ histories: { order, orderAt50, bare } }: Report): string[][] {
  const all = [order, orderAt50, bare];
  const types = [...new Set(all.flatMap(({ byType }) => Object.keys(byType)))];
  return [
    ['', 'order', 'order, 50 at a time', 'bare workflow'],
    ['events', ...all.map(({ events }) => fixed(events))],
    ['workflow tasks', ...all.map(({ workflowTasks }) => fixed(workflowTasks))],
    ...types.map((type) => [`  ${type}`, ...all.map(({ byType }) => fixed(byType[type] ?? 0))]),
  ];
}

const handoverRows = ({ handover }: Report): string[][] => [
  ['', 'p50 / p95 / p99'],
  ['the next order is told (database to history)', threeOf(handover.orderTold)],
  ['it is assigned in the database', threeOf(handover.inDatabase)],
  ['the courier sees it, from the answer to DELIVERED', threeOf(handover.seenByCourier)],
];

const browsingRows = ({ browsing }: Report): string[][] => [
  ['', 'requests/s', 'p50 ms', 'p99 ms', `${browsing.bytes} bytes each`],
  ...(['bareExpress', 'cached', 'uncached'] as const).map((kind) => {
    const { perSecond, p50, p99, failed } = browsing[kind];
    return [kind, fixed(perSecond, 0), String(p50), String(p99), failed > 0 ? `${failed} failed` : ''];
  }),
];

function growthLines({ growth, soak }: Report): string[] {
  const soaked = soak?.map(({ orders, perSecond, placeP50, failed, memoryMb }) => [
    String(orders),
    fixed(perSecond),
    fixed(placeP50),
    String(failed),
    ...Object.values(memoryMb ?? {}).map((mb) => fixed(mb, 0)),
  ]);
  const memoryNames = Object.keys(soak?.[0]?.memoryMb ?? {});
  return [
    ...(soaked
      ? section('After so many orders', [['orders', '/s', 'place p50', 'failed', ...memoryNames], ...soaked])
      : []),
    ...(growth
      ? section('Growth', [
          ['', 'place p50 / p95 / p99, 1 at a time', 'orders/s, 10 at a time', 'PostgreSQL ms each'],
          ...growth.stages.map(({ name, place, perSecond, postgresCpuMs }) => [
            name,
            threeOf(place),
            fixed(perSecond),
            fixed(postgresCpuMs),
          ]),
        ])
      : []),
    ...(growth
      ? section('Orders that wait for an agent: ms of a handler', [
          ['waiting', 'analyzed', 'an agent is freed: p50', 'p99', 'an order joins: p50', 'p99'],
          ...growth.matching.map(({ waiting, analyzed, free, join }) => [
            String(waiting),
            analyzed ? 'yes' : 'no',
            fixed(free?.p50),
            fixed(free?.p99),
            fixed(join?.p50),
            fixed(join?.p99),
          ]),
        ])
      : []),
  ];
}

const targetRows = ({ targets }: Report): string[][] => [
  ['', 'target', 'measured', ''],
  ...targets.map(({ name, target, value, met }) => [
    name,
    target,
    fixed(value, 2),
    met === null ? 'not measured' : met ? 'met' : 'NOT MET',
  ]),
];

const secondsRows = ({ seconds }: Report): string[][] =>
  Object.entries(seconds).map(([name, took]) => [name, fixed(took)]);
