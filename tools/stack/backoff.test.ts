import { LONGEST_RESTART_DELAY_MS, STABLE_AFTER_MS, failuresInARow, restartDelayMs } from './backoff';

describe('restartDelayMs', () => {
  it('doubles with each failure in a row, up to its longest', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map(restartDelayMs)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  });

  it('stays finite after very many failures', () => {
    expect(restartDelayMs(5000)).toBe(LONGEST_RESTART_DELAY_MS);
  });
});

describe('failuresInARow', () => {
  it('grows while a part dies young', () => {
    expect(failuresInARow(3, STABLE_AFTER_MS - 1)).toBe(4);
  });

  it('starts again at one when the part had been stable', () => {
    expect(failuresInARow(3, STABLE_AFTER_MS)).toBe(1);
  });
});
