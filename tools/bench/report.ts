import { table, type Cell } from '../cli/cli';
import type { PhaseSummary } from './measure/phase';
import { sum, type Summary } from '../measure/statistics';
import type { Measured } from './run';
import { concurrencies } from './settings';

/** What `--json` prints. */
export type Report = ReturnType<typeof reportOf>;

export function reportOf(measured: Measured) {
  const cpu = summarizeCpu(measured);
  return { ...measured, cpu, targets: judge(measured, cpu) };
}

const isService = (process: string): boolean => /^(api|worker)-/.test(process);

/** Milliseconds of processor time, 50 at a time. Null without /proc. */
function summarizeCpu({ orders, baseline }: Measured) {
  const order = orders[50].cpuMsEach;
  const bare = baseline[50].cpuMsEach;
  if (!order || !bare) return null;
  return {
    /** The three APIs and the three workers, per order. */
    services: sum(Object.entries(order).flatMap(([name, ms]) => (isService(name) ? ms : []))),
    /** Worker and client (the driver) of a bare workflow: the least that the SDK needs. An order asks more of it. */
    bare: (bare['baseline-worker'] ?? 0) + (bare['driver'] ?? 0),
  };
}

/** The performance targets, and whether this run meets them. The value is null if it was not measured. */
function judge(measured: Measured, cpu: ReturnType<typeof summarizeCpu>) {
  const { orders, baseline, openLoop, handover, histories, browsing, streams, soak } = measured;
  const [place, barePlace, openPlace] = [orders[1], baseline[1], openLoop].map(({ latency }) => latency['place']);
  const { bareExpress, cached } = browsing;
  const [first, last] = [soak?.[0], soak?.at(-1)];
  const processes = 'processor time of the six processes, ratio to the bare worker and client';
  const limits: [name: string, operator: '>=' | '<=', limit: number, value: number | undefined][] = [
    ['orders/s, 50 at a time, ratio to the bare workflow', '>=', 0.55, orders[50].perSecond / baseline[50].perSecond],
    ['placement p50, 1 at a time, ratio to the bare workflow', '<=', 1.6, ratio(place?.p50, barePlace?.p50)],
    [processes, '<=', 1.8, ratio(cpu?.services, cpu?.bare)],
    ['history events', '<=', 27, histories.order.events],
    ['history bytes', '<=', 6_000, histories.order.bytes],
    ['placement p99 at half the maximum rate, ratio to its p50', '<=', 4, ratio(openPlace?.p99, openPlace?.p50)],
    ['agent freed -> next order notified, p50 in ms', '<=', 60, handover?.p50],
    ['GET /restaurants cached, bare Express 5 times as fast', '<=', 2, ratio(bareExpress.perSecond, cached.perSecond)],
    ['event, from its commit to a customer, p95 in ms', '<=', 100, streams.toOrder?.p95],
    ['event, from its commit to an operator, p95 in ms', '<=', 100, streams.toOperator?.p95],
    ['soak: memory growth of any process but Temporal, ratio', '<=', 1.1, memoryGrowth(soak)],
    ['soak: placement p50, ratio of the last tenth to the first', '<=', 1.15, ratio(last?.placeP50, first?.placeP50)],
  ];
  return limits.map(([name, operator, limit, measuredValue = NaN]) => {
    const value = Number.isFinite(measuredValue) ? measuredValue : null;
    const met = value === null ? null : operator === '>=' ? value >= limit : value <= limit;
    return { name, target: `${operator} ${limit}`, value, met };
  });
}

/** NaN when either is unknown. */
const ratio = (value = NaN, base = NaN): number => value / base;

/** By this sample caches, heaps and pools have reached their size. */
const settledSample = 2;

/** The largest ratio. Memory grows on purpose in Temporal, which keeps every history; the driver is not part of the system. */
function memoryGrowth(samples: Measured['soak']): number {
  const [settled, last] = [samples?.[settledSample], samples?.at(-1)];
  const isOwn = (name: string) => isService(name) || ['postgres', 'rabbitmq', 'redis'].includes(name);
  const own = Object.entries(last?.memoryMb ?? {}).filter(([name]) => isOwn(name));
  return Math.max(...own.map(([name, mb]) => mb / (settled?.memoryMb?.[name] ?? NaN)));
}

export const reportLines = (report: Report): string[] => [
  ...conditionLines(report),
  ...rateLines(report),
  ...latencyLines(report),
  ...cpuLines(report),
  ...historyLines(report),
  ...browsingLines(report),
  ...streamLines(report),
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

function streamLines({ streams: { open, memoryMb, cpuMsPerSecond, toOrder, toOperator } }: Report): string[] {
  return section(
    'Streams',
    ['p50 / p95 / p99 in ms', 'user API, MB', 'its processor time, ms/s'],
    [
      ['to a customer', percentiles(toOrder)],
      ['to an operator', percentiles(toOperator)],
      ['none open, idle', '', memoryMb.before, cpuMsPerSecond.before],
      [`${open} open, idle`, '', memoryMb.during, cpuMsPerSecond.during],
    ],
  );
}

function conditionLines({ conditions }: Report): string[] {
  const { machine, seconds, otherCores, loadBefore, provisional } = conditions;
  return [
    `${machine}; ${seconds} s`,
    `other programs: up to ${otherCores?.toFixed(2) ?? '?'} cores in a phase; load average before: ${loadBefore.toFixed(1)}`,
    ...(provisional ? ['PROVISIONAL: other programs used the machine, so the figures are only a hint.'] : []),
  ];
}

function rateLines({ orders, baseline, openLoop }: Report): string[] {
  const rows = concurrencies.map((n): Cell[] => {
    const { perSecond, failed, retries } = orders[n];
    const bare = baseline[n].perSecond;
    return [`${n} at a time`, perSecond, bare, (perSecond / bare).toFixed(2), failed, ...Object.values(retries ?? {})];
  });
  const failures = [...concurrencies.map((n) => orders[n]), openLoop].flatMap((phase) => phase.failures);
  return [
    ...section('Per second', ['whole orders', 'bare workflows', 'ratio', 'failed', '202', '503', 'cancelled'], rows),
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
    ['agent freed -> next workflow notified', percentiles(handover)],
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
