import { log } from '@temporalio/workflow';

/** No names or words of people: those belong in the order's timeline. */
export interface LogEvent {
  event: string;
  fields?: Record<string, string | number | readonly string[]>;
}

/** Writes one line to the order worker's log, with the order's ids. Replays do not repeat it. */
export const logEvent = (level: 'info' | 'warn' | 'error', message: string, line: LogEvent): void =>
  log[level](message, { ...line });
