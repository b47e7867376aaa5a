import { failuresInARow, longestRestartDelayMs, restartDelayMs, stableAfterMs } from './part-runner';

describe('restartDelayMs', () => {
  it('doubles with each failure in a row, up to its longest', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map(restartDelayMs)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  });

  it('stays finite after very many failures', () => {
    expect(restartDelayMs(5000)).toBe(longestRestartDelayMs);
  });
});

describe('failuresInARow', () => {
  it('grows while a part dies early', () => {
    expect(failuresInARow(3, stableAfterMs - 1)).toBe(4);
  });

  it('starts again at one after the part was stable', () => {
    expect(failuresInARow(3, stableAfterMs)).toBe(1);
  });
});
