import { pino, type Logger } from 'pino';

export type Log = Logger;

/** One JSON line per event on standard output. `name` is the process: `api-user`, `worker-order`. */
export function createLog(name: string, level: string): Log {
  return pino({ name, level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime });
}
