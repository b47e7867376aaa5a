import type { Logger, LogLevel } from '@temporalio/worker';
import type { Log } from '../../lib/log';

/** Temporal's log lines in the process's own log. */
export function temporalLogger(log: Log): Logger {
  const write = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: object) => {
    log[level]({ ...meta }, message);
  };
  const levels = {
    TRACE: write('trace'),
    DEBUG: write('debug'),
    INFO: write('info'),
    WARN: write('warn'),
    ERROR: write('error'),
  };
  return {
    log: (level: LogLevel, message, meta) => levels[level](message, meta),
    trace: levels.TRACE,
    debug: levels.DEBUG,
    info: levels.INFO,
    warn: levels.WARN,
    error: levels.ERROR,
  };
}
