import { log } from '@temporalio/workflow';

/**
 * Writes one line to the order worker's log, with the order's ids. Replays do not repeat it. No names or words of people: those belong in
 * the order's timeline.
 */
export const logEvent = (
  level: 'info' | 'warn' | 'error',
  message: string,
  line: { event: string; fields?: Record<string, string | number | readonly string[]> },
): void => log[level](message, line);
