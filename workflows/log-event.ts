import { log } from '@temporalio/workflow';

/** What an operator may look for in an order's course. Never a person's name or words: those are in the order's timeline. */
export interface LogEvent {
  event: string;
  /** What else the line says. */
  fields?: Record<string, string | number | readonly string[]>;
}

/** A line in the order worker's log, once however often the workflow is replayed. The order's ids come with it. */
export const logEvent = (level: 'info' | 'warn' | 'error', message: string, said: LogEvent): void =>
  log[level](message, { ...said });
