import { pino, type DestinationStream } from 'pino';
import { escaped } from '../../contracts/texts';
import { correlation } from './correlation';
import { redact, serializers } from './redaction';

/** Objects are not allowed: they might contain anything. */
type Field = string | number | boolean | null | undefined | readonly string[];
type Line<Fields> = { [Name in keyof Fields]: Name extends 'err' ? unknown : Field };
/** `event` is in kebab-case; docs/logging.md lists all events. */
type Write = <Fields extends { event: string }>(fields: Fields & Line<Fields>, message: string) => void;

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface Log extends Record<LogLevel, Write> {
  /** Any of pino's, including `silent`. Setting it takes effect at once, for existing children too. */
  level: string;
  isLevelEnabled(level: LogLevel): boolean;
  /** The same log with additional fields in each line. For objects that live as long as the process. */
  child(fields: Record<string, string>): Log;
}

/**
 * Writes JSON lines, to standard output by default, with the fields of the current work and without sensitive data. `name` is the process.
 * No line holds a character that controls a terminal: JSON escapes some of them, `escaped` the others.
 */
export function createLog(name: string, level: string, destination?: DestinationStream): Log {
  const base = { name };
  const timestamp = pino.stdTimeFunctions.isoTime;
  const hooks = { streamWrite: (line: string) => escaped(line, 'lines') };
  const options = { name, level, base, timestamp, mixin: correlation, redact, serializers, hooks };
  return destination ? pino(options, destination) : pino(options);
}

const verbose = ['info', 'debug', 'trace'];

/** The next more verbose level; after the most verbose one the configured one again. */
export function nextLevel(current: string, configured: string): string {
  const { values } = pino.levels;
  const valueOf = (level: string): number => values[level] ?? Infinity; // `silent`
  return verbose.find((level) => valueOf(level) < valueOf(current)) ?? configured;
}
