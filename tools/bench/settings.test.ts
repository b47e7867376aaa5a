import { settingsFor, type Options } from './settings';

const settings = (options: Partial<Options> = {}) => settingsFor({ quick: false, growth: false, scale: 1, ...options });

test('a full run has three rounds, and neither soak nor growth', () => {
  expect(settings()).toMatchObject({ rounds: 3, soakOrders: 0, growth: null });
});

test('each option is obeyed', () => {
  expect(settings({ quick: true, rounds: 5, soak: 10_000 })).toMatchObject({ rounds: 5, soakOrders: 10_000 });
  expect(settings({ growth: true }).growth).toEqual({
    restaurants: [1_000, 10_000, 50_000],
    finishedOrders: 100_000,
  });
});

test('a scaled run is shorter in everything, and never empty', () => {
  const tiny = settings({ growth: true, scale: 0.001 });
  expect(tiny.windowMs[50]).toBeLessThan(settings().windowMs[50]);
  expect(tiny.handover.orders).toBeGreaterThan(tiny.handover.agents);
  for (const size of tiny.growth?.restaurants ?? []) expect(size).toBeGreaterThan(0);
});
