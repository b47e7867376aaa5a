import { table } from '../../cli/output';
import type { PhaseSummary } from '../measure/phase';
import type { Summary } from '../measure/statistics';
import { concurrencies } from '../settings';
import type { Report } from './report';

/** The report as text. */
export function reportLines(report: Report): string[] {
  const { memoryMb } = report;
  return [
    ...conditionLines(report),
    ...section('Whole orders and bare workflows', rateRows(report)),
    ...section('Failures of orders', failureRows(report)),
    ...section('Latency in ms: p50 / p95 / p99', latencyRows(report)),
    ...section('Agent freed -> next order, ms: p50 / p95 / p99', handoverRows(report)),
    ...section('Processor time in ms each, 50 at a time', cpuRows(report)),
    ...section('Histories: events (bytes)', historyRows(report)),
    ...section('GET /restaurants', browsingRows(report)),
    ...section('Memory in MB', memoryMb ? Object.entries(memoryMb).map(([name, mb]) => [name, fixed(mb, 0)]) : []),
    ...section('Soak', soakRows(report)),
    ...section('Growth', growthRows(report)),
    ...section('Targets', targetRows(report)),
  ];
}

const section = (title: string, rows: string[][]): string[] =>
  rows.length === 0 ? [] : ['', title, ...table(rows).map((line) => `  ${line}`)];

const fixed = (value: number | null | undefined, digits = 1): string => value?.toFixed(digits) ?? '-';
const percentiles = (summary: Summary | null | undefined, digits = 0): string =>
  summary ? [summary.p50, summary.p95, summary.p99].map((value) => fixed(value, digits)).join(' / ') : '-';

function conditionLines({ conditions }: Report): string[] {
  const { cpu, cores, memoryGb, platform, node, otherCores, loadBefore, tookSeconds, provisional } = conditions;
  return [
    `${cores} cores (${cpu}), ${memoryGb} GB, ${platform}, Node ${node}; ${tookSeconds} s`,
    `other programs used up to ${fixed(otherCores, 2)} cores in a phase; load average before: ${fixed(loadBefore)}`,
    ...(provisional
      ? ['PROVISIONAL: other programs used the machine. Trust only the ratios, and those with care.']
      : []),
  ];
}

function rateRows({ orders, baseline, regular }: Report): string[][] {
  const rounds = ({ perSecondByRound }: PhaseSummary) => perSecondByRound.map((each) => fixed(each)).join(' ');
  return [
    [
      'at a time',
      'orders/s',
      'bare/s',
      'ratio',
      'failed',
      '202',
      '503',
      'cancelled',
      'orders/s by round',
      'bare/s by round',
    ],
    ...concurrencies.map((n) => {
      const { perSecond, failed, retries } = orders[n];
      return [
        String(n),
        fixed(perSecond),
        fixed(baseline[n].perSecond),
        fixed(perSecond / baseline[n].perSecond, 2),
        ...[failed, retries?.accepted, retries?.unavailable, retries?.cancelled].map((count) => String(count ?? 0)),
        rounds(orders[n]),
        rounds(baseline[n]),
      ];
    }),
    ['50, regular activities', '', fixed(regular.perSecond)],
  ];
}

function failureRows({ orders, openLoop }: Report): string[][] {
  const failures = [...concurrencies.map((n) => orders[n]), openLoop].flatMap((phase) => phase.failures);
  return [...new Set(failures)].map((failure) => [failure]);
}

function latencyRows({ orders, baseline, openLoop }: Report): string[][] {
  const row = (title: string, { latency }: PhaseSummary, steps: string[]) => [
    title,
    ...steps.map((step) => percentiles(latency[step])),
  ];
  const steps = ['place', 'confirm', 'pickUp', 'deliver', 'whole'];
  const bareSteps = ['place', 'update', 'update', 'update', 'whole'];
  return [
    ['', ...steps],
    ...concurrencies.map((n) => row(`orders, ${n} at a time`, orders[n], steps)),
    row(`orders, ${fixed(openLoop.rate)}/s, from when due`, openLoop, steps),
    ...concurrencies.map((n) => row(`bare workflows, ${n} at a time`, baseline[n], bareSteps)),
  ];
}

const handoverRows = ({ handover }: Report): string[][] => [
  ['assigned in the database', percentiles(handover.assigned)],
  ['its workflow notified', percentiles(handover.notified)],
];

function cpuRows({ orders, baseline, split }: Report): string[][] {
  const [order, bare] = [orders[50].cpuMsEach, baseline[50].cpuMsEach];
  if (!order || !bare || !split) return [['unknown: there is no /proc']];
  return [
    ['process', 'order', 'bare workflow'],
    ...Object.keys(order).map((name) => [name, fixed(order[name]), fixed(bare[name])]),
    ["= Temporal's server", fixed(split.temporal)],
    ['= the six processes; the bare worker and client', fixed(split.services), fixed(split.sdk)],
    ["= all but Temporal's server and the bare worker and client", fixed(split.own)],
  ];
}

function historyRows({ histories: { order, orderAt50, baseline } }: Report): string[][] {
  const all = [order, orderAt50, baseline];
  const types = [...new Set(all.flatMap(({ byType }) => Object.keys(byType)))];
  const cell = ({ events = 0, bytes = 0 } = {}) => `${fixed(events)} (${fixed(bytes, 0)})`;
  return [
    ['', 'order', 'order, 50 at a time', 'bare workflow'],
    ['all', ...all.map(cell)],
    ...types.map((type) => [type, ...all.map(({ byType }) => cell(byType[type]))]),
  ];
}

const browsingRows = ({ browsing }: Report): string[][] => [
  ['', 'requests/s', 'p50 ms', 'p99 ms', `${browsing.bytes} bytes each`],
  ...(['bareExpress', 'cached', 'uncached'] as const).map((kind) => {
    const { perSecond, p50, p99, failed } = browsing[kind];
    return [kind, fixed(perSecond, 0), String(p50), String(p99), failed > 0 ? `${failed} failed` : ''];
  }),
];

const soakRows = ({ soak }: Report): string[][] =>
  soak
    ? [
        ['orders', '/s', 'place p50', 'failed', ...Object.keys(soak[0]?.memoryMb ?? {}).map((name) => `${name} MB`)],
        ...soak.map(({ orders, perSecond, placeP50, failed, memoryMb }) => [
          String(orders),
          fixed(perSecond),
          fixed(placeP50),
          String(failed),
          ...Object.values(memoryMb ?? {}).map((mb) => fixed(mb, 0)),
        ]),
      ]
    : [];

const growthRows = ({ growth }: Report): string[][] =>
  growth
    ? [
        ['', 'place ms, 1 at a time', 'orders/s, 10 at a time', 'PostgreSQL ms each'],
        ...growth.map(({ name, place, perSecond, postgresCpuMs }) => [
          name,
          percentiles(place),
          fixed(perSecond),
          fixed(postgresCpuMs),
        ]),
      ]
    : [];

const targetRows = ({ targets }: Report): string[][] => [
  ['', 'target', 'measured'],
  ...targets.map(({ name, target, value, met }) => [
    name,
    target,
    fixed(value, 2),
    met === null ? 'not measured' : met ? 'met' : 'NOT MET',
  ]),
];
