import { pino, type DestinationStream } from 'pino';
import { correlation } from './correlation';
import { redact, serializers } from './redaction';

/** What a line may say: no objects, in which anything might come along. */
type Field = string | number | boolean | null | undefined | readonly string[];
type Line<Fields> = { [Name in keyof Fields]: Name extends 'err' ? unknown : Field };
/** `event` names what has happened, in kebab-case; docs/logging.md lists them all. */
type Write = <Fields extends { event: string }>(fields: Fields & Line<Fields>, message: string) => void;

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Where a process says what happens, one line per event. */
export interface Log extends Record<LogLevel, Write> {
  /** Any of pino's, `silent` too. What is set holds at once, and for children that are there already. */
  level: string;
  isLevelEnabled(level: LogLevel): boolean;
  /** The same with fields that each of its lines has. For what lives as long as the process. */
  child(fields: Record<string, string>): Log;
}

/**
 * One JSON line per event, on standard output if nowhere else is said: with what is known of the work under way (log-context), without what
 * is nobody's business (log-redaction). `name` is the process: `api-user`, `worker-order`.
 */
export function createLog(name: string, level: string, destination?: DestinationStream): Log {
  const base = { name };
  const timestamp = pino.stdTimeFunctions.isoTime;
  const options = { name, level, base, timestamp, mixin: correlation, redact, serializers };
  return destination ? pino(options, destination) : pino(options);
}

const talkative = ['info', 'debug', 'trace'];

/** The next level that says more than the present one; after the one that says most the configured one again. */
export function nextLevel(present: string, configured: string): string {
  const { values } = pino.levels;
  const valueOf = (level: string): number => values[level] ?? Infinity; // `silent`
  return talkative.find((level) => valueOf(level) < valueOf(present)) ?? configured;
}
