import type { Experience } from './honest';
import { isSlow, reportLines, reportOf, type Measured, type Played } from './report';

/** Forty placements, each of which took this long. */
const placed = (ms: number): Experience => ({ times: Array<number>(40).fill(ms), failures: [] });

const attack: Played['attack'] = { name: 'flood', bounds: 'rates', stoppedBy: [429], also: [200] };
const aPlay = (more: Partial<Played> = {}): Played => ({
  ...{ attack, outcomes: { 200: 10, 429: 5 }, honest: placed(150), quiet: placed(100) },
  ...more,
});
const measured = (more: Partial<Measured> = {}): Measured => ({
  isTimed: true,
  quiet: placed(100),
  played: [aPlay()],
  after: placed(100),
  orders: { placed: 120, problems: [] },
  restarted: [],
  memoryMb: { 'api-user': 200 },
  ...more,
});

test('all holds when attacks are stopped, placements go on, and everything is still there', () => {
  expect(reportOf(measured())).toMatchObject({ ok: true, problems: [] });
});

test.each<[string, Partial<Measured>, string]>([
  ['a wrong answer', { played: [aPlay({ outcomes: { 429: 1, 500: 2 } })] }, 'flood: wrong outcomes: 500'],
  ['a connection that was cut', { played: [aPlay({ outcomes: { 429: 1, cut: 1 } })] }, 'flood: wrong outcomes: cut'],
  ['a bound out of reach', { played: [aPlay({ outcomes: { 200: 9 } })] }, 'flood: outcomes that are missing: 429'],
  ['slow placements', { played: [aPlay({ honest: placed(500) })] }, 'flood: placements took 5.0 times as long'],
  [
    'no placements',
    { played: [aPlay({ honest: { times: [], failures: [] } })] },
    'flood: placements took NaN times as long',
  ],
  [
    'a failed placement',
    { played: [aPlay({ honest: { ...placed(100), failures: ['POST /orders answered 503'] } })] },
    'flood: 1 placements failed, the first: POST /orders answered 503',
  ],
  ['lasting slowness', { after: placed(600) }, '(quiet again): placements took 6.0 times as long'],
  ['a lost order', { orders: { placed: 3, problems: ['order 7 is CANCELLED'] } }, 'order 7 is CANCELLED'],
  [
    'a restart',
    { restarted: ['redis is ready, and was restarted 1 times'] },
    'redis is ready, and was restarted 1 times',
  ],
  ['growth', { memoryMb: { 'api-user': 801 } }, 'api-user has grown to 801 MB'],
])('%s is a failure', (_what, more, problem) => {
  expect(reportOf(measured(more))).toMatchObject({ ok: false, problems: [problem] });
});

test('what is fast in any case is not slow, however quiet it was before', () => {
  const fast = aPlay({ quiet: placed(10), honest: placed(190) });
  expect(isSlow(fast)).toBe(false);
  expect(isSlow({ ...fast, honest: placed(200) })).toBe(true);
});

test('an attack that was slow and is played again is shown twice, and judged by the second time', () => {
  const first = aPlay({ honest: placed(700), isRepeated: true });
  const report = reportOf(measured({ played: [first, aPlay()] }));
  expect(report.ok).toBe(true);
  expect(reportLines(report).filter((line) => line.startsWith('flood'))).toEqual([
    expect.stringMatching(/ 7\.0 +again /),
    expect.stringMatching(/ 1\.5 +ok /),
  ]);
  expect(reportOf(measured({ played: [{ ...first, outcomes: { 429: 1, 500: 1 } }, aPlay()] })).ok).toBe(false);
});

test('a run that is not timed shows what was slow, and judges the answers alone', () => {
  const slow = { isTimed: false, played: [aPlay({ honest: placed(700) })] };
  expect(reportOf(measured(slow)).ok).toBe(true);
  expect(reportOf(measured({ ...slow, restarted: ['redis'] })).ok).toBe(false);
});

test('a run whose quiet measurement was disturbed says so', () => {
  const disturbed = { times: [...Array<number>(37).fill(50), 900, 900, 900], failures: [] };
  expect(reportOf(measured({ quiet: disturbed })).provisional).toBe(true);
  expect(reportOf(measured()).provisional).toBe(false);
});

test('an attack is judged by the latest quiet measurement', () => {
  const played = [aPlay({ quiet: placed(200), honest: placed(900) })];
  expect(reportOf(measured({ played })).ok).toBe(true);
});

test('the summary shows each attack, and what is wrong with it', () => {
  const lines = reportLines(reportOf(measured({ played: [aPlay({ honest: placed(700) })] })));
  expect(lines).toEqual([
    '',
    'ATTACK         BOUNDS  TRIES  PLACED  P95 MS  X QUIET  VERDICT  OUTCOMES',
    '(quiet)        -           -      40     100      1.0  ok       -',
    'flood          rates      15      40     700      7.0  FAILED   10 x 200, 5 x 429',
    '(quiet again)  -           -      40     100      1.0  ok       -',
    '',
    'Orders of honest customers: 120',
    'Memory in MB, of at most 800: api-user 200',
    'FAILED  flood: placements took 7.0 times as long',
    'Not all is as it should be.',
  ]);
});
