import type { PhaseSummary } from './measure/phase';
import { settingsFor } from './settings';
import type { Measured } from './run';
import { reportLines, reportOf, type Report } from './report';

const latency = (p50: number, p99 = p50) => ({ count: 100, mean: p50, p50, p95: p99, p99, max: p99 });

const phase = (perSecond: number, override: Partial<PhaseSummary> = {}): PhaseSummary => ({
  perSecond,
  perSecondByRound: [perSecond],
  latency: { place: latency(20), whole: latency(100) },
  cpuMsEach: null,
  otherCores: 0,
  failed: 0,
  failures: [],
  retries: null,
  ...override,
});

const history = {
  sampled: 1,
  events: 27,
  bytes: 7_000,
  workflowTasks: 4,
  byType: { MARKER_RECORDED: { events: 8, bytes: 2_500 } },
};
const rate = (perSecond: number) => ({ perSecond, p50: 1, p99: 2, failed: 0 });

const measured = (override: Partial<Measured> = {}): Measured => ({
  conditions: {
    machine: 'a machine',
    startedAt: '2026-11-25T12:00:00.000Z',
    seconds: 100,
    loadBefore: 0,
    otherCores: 0,
    provisional: false,
  },
  settings: settingsFor({ quick: true, growth: false, scale: 1 }),
  orders: {
    1: phase(10),
    10: phase(20),
    50: phase(22, { cpuMsEach: { temporal: 25, 'worker-order': 30, 'api-user': 4, postgres: 4, driver: 2 } }),
  },
  baseline: {
    1: phase(20, { latency: { place: latency(12.5) } }),
    10: phase(38),
    50: phase(40, { cpuMsEach: { temporal: 20, 'baseline-worker': 14, driver: 3 } }),
  },
  openLoop: { ...phase(14, { latency: { place: latency(20, 60) } }), rate: 14 },
  handover: latency(61),
  histories: { order: history, baseline: history },
  memoryMb: { postgres: 50 },
  browsing: { bytes: 40_000, cached: rate(3_000), uncached: rate(500), bareExpress: rate(6_000) },
  streams: {
    open: 2_000,
    memoryMb: { before: 100, during: 140 },
    cpuMsPerSecond: { before: 5, during: 15 },
    toOrder: latency(20, 40),
    toOperator: latency(60, 120),
  },
  soak: null,
  growth: null,
  ...override,
});

const targetsOf = ({ targets }: Report) => targets.map(({ value, met }) => [value, met]);

test('a target has a name, a limit, the measured value, and whether it is met', () => {
  const { targets } = reportOf(measured());
  for (const target of targets) expect(Object.keys(target).sort()).toEqual(['met', 'name', 'target', 'value']);
  expect(targetsOf(reportOf(measured()))).toEqual([
    [0.55, true],
    [1.6, true],
    [2, false], // 30 + 4 of the order worker and the API, 14 + 3 of the bare worker and its client
    [27, true],
    [7_000, false],
    [3, true],
    [61, false],
    [2, true],
    [40, true],
    [120, false],
    [null, null],
    [null, null],
  ]);
});

test('a value that was not measured is null, and neither met nor missed', () => {
  const withoutCpu = { ...measured().orders, 50: phase(10) };
  const report = reportOf(measured({ handover: null, orders: withoutCpu }));
  expect(report.cpu).toBeNull();
  expect(targetsOf(report)[2]).toEqual([null, null]);
  expect(targetsOf(report)[6]).toEqual([null, null]);
  expect(JSON.parse(JSON.stringify(report.targets))).toEqual(report.targets);
});

test('memory growth is that of the process that grew most, except Temporal and the driver', () => {
  const sample = (postgres: number, placeP50: number) => ({
    orders: 1_000,
    placeP50,
    perSecond: 20,
    failed: 0,
    memoryMb: { postgres, temporal: 100 * postgres, driver: 100 * postgres },
  });
  const samples = [sample(10, 100), sample(50, 100), sample(100, 100), sample(104, 110)];
  const report = reportOf(measured({ soak: samples }));
  expect(targetsOf(report).slice(-2)).toEqual([
    [1.04, true],
    [1.1, true],
  ]);
});

test('the table shows for each target whether it is met', () => {
  const lines = reportLines(reportOf(measured()));
  const line = (name: string) => lines.find((each) => each.includes(name));
  expect(line('orders/s, 50 at a time, ratio')).toMatch(/>= 0\.55 +0\.55 +met/);
  expect(line('p50 in ms')).toMatch(/<= 60 +61(\.\d+)? +NOT MET/);
  expect(line('soak: memory growth')).toMatch(/not measured/);
});
