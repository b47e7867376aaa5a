import type { PhaseSummary } from '../measure/phase';
import { settingsFor } from '../settings';
import { chartOf } from './chart';
import type { Measured } from './measured';
import { reportOf, type Report } from './report';
import { linesOf } from './screen';

const latency = (p50: number, p99 = p50) => ({ count: 100, mean: p50, p50, p95: p99, p99, max: p99 });

const phase = (perSecond: number, override: Partial<PhaseSummary> = {}): PhaseSummary => ({
  perSecond,
  perSecondByRound: [perSecond],
  latency: { place: latency(20), whole: latency(100) },
  cpuMsEach: null,
  otherCores: 0,
  failed: 0,
  failures: [],
  repeats: null,
  ...override,
});

const history = { sampled: 1, events: 34, workflowTasks: 4, byType: { MARKER_RECORDED: 8 } };
const rate = (perSecond: number) => ({ perSecond, p50: 1, p99: 2, failed: 0 });

const measured = (override: Partial<Measured> = {}): Measured => ({
  conditions: {
    startedAt: '2026-11-25T12:00:00.000Z',
    tookSeconds: 100,
    cores: 2,
    cpu: 'a processor',
    memoryGb: 4,
    platform: 'linux x64',
    node: '20.0.0',
    loadBefore: 0,
    otherCores: 0,
    provisional: false,
  },
  settings: settingsFor({ quick: true, rounds: undefined, soakOrders: 0, growth: false, scale: 1 }),
  orders: {
    1: phase(10),
    10: phase(20),
    50: phase(28, { cpuMsEach: { temporal: 25, 'worker-order': 20, 'api-user': 3, postgres: 4, driver: 2 } }),
  },
  bare: {
    1: phase(20, { latency: { place: latency(12.5) } }),
    10: phase(38),
    50: phase(40, { cpuMsEach: { temporal: 20, 'ceiling-worker': 14, 'ceiling-client': 3 } }),
  },
  regular: {},
  openLoop: { ...phase(14, { latency: { place: latency(20, 60) } }), rate: 14 },
  handover: { seenByCourier: latency(30), inDatabase: latency(1), orderTold: latency(61) },
  histories: { order: history, orderAt50: history, bare: history },
  memoryMb: { postgres: 50 },
  browsing: { bytes: 40_000, cached: rate(3_000), uncached: rate(500), bareExpress: rate(6_000) },
  soak: null,
  growth: null,
  seconds: { 'warming up': 4 },
  ...override,
});

const targetsOf = ({ targets }: Report) => targets.map(({ value, met }) => [value, met]);

test('each target has its name, what is to be reached, what was measured, and whether that is met', () => {
  const { targets } = reportOf(measured());
  for (const target of targets) expect(Object.keys(target).sort()).toEqual(['met', 'name', 'target', 'value']);
  expect(targetsOf(reportOf(measured()))).toEqual([
    [0.7, true],
    [28, true],
    [1.6, true],
    [3, true],
    [61, false],
    [2, true],
    [10, true], // 20 + 3 + 4 of all but Temporal, less the 17 that the bare workflow's worker and client take
    [null, null],
    [null, null],
  ]);
});

test('a value that could not be measured is null, and neither met nor missed', () => {
  const nothingTold = { seenByCourier: null, inDatabase: null, orderTold: null };
  const withoutCpu = { ...measured().orders, 50: phase(10) };
  const report = reportOf(measured({ handover: nothingTold, orders: withoutCpu }));
  expect(report.split).toBeNull();
  expect(targetsOf(report)[4]).toEqual([null, null]);
  expect(targetsOf(report)[6]).toEqual([null, null]);
  expect(JSON.parse(JSON.stringify(report.targets))).toEqual(report.targets);
});

test('memory is flat by the process that has grown most, without Temporal and the driver', () => {
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

test('the table says of each target whether it is met', () => {
  const lines = linesOf(reportOf(measured()));
  const said = (name: string) => lines.find((line) => line.includes(name));
  expect(said('whole orders/s, 50 at a time, ratio')).toMatch(/>= 0\.7 +0\.70? +met/);
  expect(said('agent freed')).toMatch(/<= 60 +61(\.\d+)? +NOT MET/);
  expect(said('memory after all orders')).toMatch(/not measured/);
});

describe('the chart', () => {
  test('shows each rate beside the bare one, and is well-formed', () => {
    const chart = chartOf(reportOf(measured()));
    expect(chart).toMatch(/^<svg [^>]*>/);
    for (const tag of ['svg', 'g', 'text'])
      expect(chart.split(`<${tag}`).length - chart.split(`</${tag}>`).length).toBe(0);
    expect(chart).toContain('50 orders');
    expect(chart).toContain('x 0.70');
    expect(chart).not.toContain('NaN');
    expect(chart).not.toContain('provisional');
  });

  test('says so when the machine was not quiet', () => {
    const { conditions } = measured();
    expect(chartOf(reportOf(measured({ conditions: { ...conditions, provisional: true } })))).toContain('provisional');
  });
});
