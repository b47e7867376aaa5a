/** First wait before a part that died is started again. */
export const FIRST_RESTART_DELAY_MS = 500;
/** A part that keeps dying is tried this often: rare enough not to fill its log. */
export const LONGEST_RESTART_DELAY_MS = 15_000;
/** A part that ran this long was healthy: what ends it now is a new trouble. */
export const STABLE_AFTER_MS = 60_000;

/** Milliseconds to wait before the next start, after `failures` (>= 1) in a row. */
export function restartDelayMs(failures: number): number {
  return Math.min(FIRST_RESTART_DELAY_MS * 2 ** (failures - 1), LONGEST_RESTART_DELAY_MS);
}

/** The length of the row of failures, now that a part has died after `uptimeMs`. */
export function failuresInARow(before: number, uptimeMs: number): number {
  return uptimeMs >= STABLE_AFTER_MS ? 1 : before + 1;
}
