import { readArguments } from './arguments';
import { settingsFor } from './settings';

test('without arguments everything is measured at full length, and printed as a table', () => {
  expect(readArguments([])).toEqual({
    quick: false,
    json: false,
    growth: false,
    rounds: undefined,
    soakOrders: 0,
    scale: 1,
    out: '.',
  });
});

test('each wish is read', () => {
  const args = '--quick --json --growth --rounds 5 --soak 10000 --scale 0.5 --out there'.split(' ');
  expect(readArguments(args)).toEqual({
    quick: true,
    json: true,
    growth: true,
    rounds: 5,
    soakOrders: 10_000,
    scale: 0.5,
    out: 'there',
  });
});

test('an unknown one is an error that names it', () => {
  expect(() => readArguments(['--fast'])).toThrow('--fast');
});

test('the growth that is asked for is that of the targets', () => {
  expect(settingsFor(readArguments(['--growth'])).growth).toMatchObject({
    restaurants: [1_000, 10_000, 50_000],
    finishedOrders: 100_000,
    waiting: [10, 1_000, 10_000],
  });
  expect(settingsFor(readArguments([])).growth).toBeNull();
});

test('a scaled run is shorter in everything, and never empty', () => {
  const tiny = settingsFor(readArguments(['--growth', '--scale', '0.001']));
  const whole = settingsFor(readArguments(['--growth']));
  expect(tiny.windowMs[50]).toBeLessThan(whole.windowMs[50]);
  expect(tiny.busy.orders).toBeGreaterThan(tiny.busy.agents);
  for (const size of tiny.growth?.restaurants ?? []) expect(size).toBeGreaterThan(0);
});
