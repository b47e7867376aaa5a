import { startPeriodic } from './periodic';
import { until } from '../../tests/fixtures/until';

test('runs at once and again, never twice at the same time, also after a failure', async () => {
  const errors: unknown[] = [];
  let [running, most, runs] = [0, 0, 0];
  const periodic = startPeriodic({
    everyMs: 1,
    async run() {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      if (++runs === 2) throw new Error('away');
    },
    onError: (error) => errors.push(error),
  });
  await until('some runs', () => runs > 4);
  await periodic.close();
  expect({ most, errors }).toEqual({ most: 1, errors: [new Error('away')] });
  const atClose = runs;
  await new Promise(setImmediate);
  expect(runs).toBe(atClose);
});

test('a close tells the run, and waits for it', async () => {
  let ended = false;
  const periodic = startPeriodic({
    everyMs: 60_000,
    async run(stopping) {
      await until('the stop', () => stopping.aborted);
      ended = true;
    },
    onError: () => undefined,
  });
  await periodic.close();
  expect(ended).toBe(true);
});

test('a close ends the pause', async () => {
  let runs = 0;
  const periodic = startPeriodic({ everyMs: 3_600_000, run: async () => void runs++, onError: () => undefined });
  await until('the first run', () => runs === 1);
  await periodic.close();
  expect(runs).toBe(1);
});
