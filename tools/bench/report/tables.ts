import { table, type Cell } from '../../cli/output';
import type { PhaseSummary } from '../measure/phase';
import type { Summary } from '../measure/statistics';
import { concurrencies } from '../settings';
import type { Report } from './report';

/** The report as text. */
export const reportLines = (report: Report): string[] => [
  ...conditionLines(report),
  ...rateLines(report),
  ...latencyLines(report),
  ...cpuLines(report),
  ...historyLines(report),
  ...browsingLines(report),
  ...memoryLines(report),
  ...growthLines(report),
  ...targetLines(report),
];

/** Nothing without rows. Numbers that are not whole are rounded to one digit. */
function section(title: string, headings: string[], rows: Cell[][]): string[] {
  if (rows.length === 0) return [];
  const text = (cell: Cell) => (typeof cell === 'number' && !Number.isInteger(cell) ? cell.toFixed(1) : cell);
  return ['', ...table([[title, ...headings], ...rows.map((row) => row.map(text))])];
}

const percentiles = (summary: Summary | null | undefined): Cell =>
  summary && [summary.p50, summary.p95, summary.p99].map((value) => value.toFixed(0)).join(' / ');

function conditionLines({ conditions }: Report): string[] {
  const { machine, seconds, otherCores, loadBefore, provisional } = conditions;
  return [
    `${machine}; ${seconds} s`,
    `other programs: up to ${otherCores?.toFixed(2) ?? '?'} cores in a phase; load average before: ${loadBefore.toFixed(1)}`,
    ...(provisional ? ['PROVISIONAL: other programs used the machine, so the figures are only a hint.'] : []),
  ];
}

function rateLines({ orders, baseline, regular, openLoop }: Report): string[] {
  const rows = concurrencies.map((n): Cell[] => {
    const { perSecond, failed, retries } = orders[n];
    const bare = baseline[n].perSecond;
    return [`${n} at a time`, perSecond, bare, (perSecond / bare).toFixed(2), failed, ...Object.values(retries ?? {})];
  });
  const failures = [...concurrencies.map((n) => orders[n]), openLoop].flatMap((phase) => phase.failures);
  return [
    ...section(
      'Per second',
      ['whole orders', 'bare workflows', 'ratio', 'failed', '202', '503', 'cancelled'],
      [...rows, ['50, regular activities', '', regular.perSecond]],
    ),
    ...[...new Set(failures)].map((failure) => `failed: ${failure}`),
  ];
}

function latencyLines({ orders, baseline, openLoop, handover }: Report): string[] {
  const steps = ['place', 'confirm', 'pickUp', 'deliver', 'whole'];
  const bareSteps = ['place', 'update', 'update', 'update', 'whole'];
  const row = (title: string, { latency }: PhaseSummary, names = steps): Cell[] => [
    title,
    ...names.map((step) => percentiles(latency[step])),
  ];
  return section('p50 / p95 / p99 in ms', steps, [
    ...concurrencies.map((n) => row(`orders, ${n} at a time`, orders[n])),
    row(`orders, ${openLoop.rate.toFixed(1)}/s, from when due`, openLoop),
    ...concurrencies.map((n) => row(`bare workflows, ${n} at a time`, baseline[n], bareSteps)),
    ['agent freed -> next order assigned in the database', percentiles(handover.assigned)],
    ['agent freed -> next workflow notified', percentiles(handover.notified)],
  ]);
}

function cpuLines({ orders, baseline, cpu }: Report): string[] {
  const [order, bare] = [orders[50].cpuMsEach ?? {}, baseline[50].cpuMsEach ?? {}];
  const rows = Object.keys(order).map((name): Cell[] => [name, order[name], bare[name]]);
  if (cpu) rows.push(['six processes; bare worker and client', cpu.services, cpu.bare]);
  return section('Processor time in ms, 50 at a time', ['order', 'bare workflow'], rows);
}

function historyLines({ histories: { order, baseline } }: Report): string[] {
  const types = new Set([order, baseline].flatMap(({ byType }) => Object.keys(byType)));
  const cells = ({ events = 0, bytes = 0 } = {}): Cell[] => [events, bytes.toFixed(0)];
  const rows = [...types].map((type) => [type, ...cells(order.byType[type]), ...cells(baseline.byType[type])]);
  const total = ['all', ...cells(order), ...cells(baseline)];
  return section('History', ["order's events", 'bytes', "bare workflow's events", 'bytes'], [total, ...rows]);
}

function browsingLines({ browsing: { bytes, ...rates } }: Report): string[] {
  const rows = Object.entries(rates).map(([kind, { perSecond, p50, p99, failed }]) => [
    kind,
    ...[perSecond, p50, p99, failed],
  ]);
  return section(`GET /restaurants, ${bytes} bytes`, ['requests/s', 'p50 ms', 'p99 ms', 'failed'], rows);
}

function memoryLines({ memoryMb, soak }: Report): string[] {
  const headings = ['orders/s', 'place p50', 'failed', ...Object.keys(soak?.[0]?.memoryMb ?? {})];
  const rows = (soak ?? []).map(({ orders, perSecond, placeP50, failed, memoryMb: mb }) => [
    orders,
    ...[perSecond, placeP50, failed, ...Object.values(mb ?? {})],
  ]);
  return [
    ...section('Memory', ['MB'], Object.entries(memoryMb ?? {})),
    ...section('Soak: orders so far; memory in MB', headings, rows),
  ];
}

const growthLines = ({ growth }: Report): string[] =>
  section(
    'Growth',
    ['place in ms, 1 at a time', 'orders/s, 10 at a time', 'PostgreSQL ms per order'],
    (growth ?? []).map(({ name, place, ...rest }) => [name, percentiles(place), rest.perSecond, rest.postgresCpuMs]),
  );

function targetLines({ targets }: Report): string[] {
  const verdict = (met: boolean | null) => (met === null ? 'not measured' : met ? 'met' : 'NOT MET');
  const rows = targets.map(({ name, target, value, met }) => [name, target, value?.toFixed(2), verdict(met)]);
  return section('Targets', ['target', 'measured', ''], rows);
}
