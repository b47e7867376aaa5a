import { pino } from 'pino';
import { ConfigError } from '../config/config';
import { createLog, nextLevel, type Log, type LogLevel } from '../logging/log';
import { startTracing, type Tracing } from '../tracing/sdk';
import { errorSummary } from './startup-retry';

export interface Running {
  address?: string;
  stop(): Promise<void>;
}

/** Shorter than the 10 s that container runtimes wait between SIGTERM and SIGKILL. */
const drainLimitMs = 8_000;

/**
 * Runs one process: starts it, logs `event: "ready"`, drains it on SIGTERM or SIGINT. Each SIGUSR2 makes the log one level more verbose,
 * the last one restores the configured level.
 * Exit code 0 after a drain, 1 when the start or the drain failed, 2 when the configuration is invalid.
 */
export async function runProcess(
  name: string,
  env: NodeJS.ProcessEnv,
  start: (log: Log) => Promise<Running>,
): Promise<void> {
  const log = createLog(name, logLevel(env.LOG_LEVEL));
  stepLevelOnSignal(log);
  logCrashes(log);
  let running: Running | undefined;
  let tracing: Tracing | undefined;
  let stopping = false;

  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ event: 'stopping', signal }, 'draining');
    const limit = setTimeout(() => {
      log.error({ event: 'drain-limit' }, 'the drain timed out');
      process.exit(1);
    }, drainLimitMs);
    try {
      await running?.stop();
      await tracing?.stop();
      clearTimeout(limit);
      log.info({ event: 'stopped' }, 'stopped');
      process.exit(0);
    } catch (error) {
      log.error({ event: 'stop-failed', err: error }, 'could not stop cleanly');
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));

  try {
    tracing = await startTracing(name, env, log); // before anything traced is opened
    running = await start(log);
    log.info({ event: 'ready', address: running.address }, 'ready');
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else log.fatal({ event: 'start-failed', err: error }, `could not start: ${errorSummary(error)}`);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}

function stepLevelOnSignal(log: Log): void {
  const configured = log.level;
  process.on('SIGUSR2', () => {
    log.level = nextLevel(log.level, configured);
    const fields = { event: 'log-level', log_level: log.level } as const;
    if (isLevel(log.level)) log[log.level](fields, `the log level is ${log.level}`); // at its own level, or it would not be logged
  });
}

/** Node would print the error to standard error, with fields that the log redacts. */
function logCrashes(log: Log): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ event: 'crashed', err: error }, 'uncaught exception');
    process.exit(1);
  });
}

const isLevel = (level: string): level is LogLevel => level in pino.levels.values;

/** An unknown level is reported by the configuration's own check. */
const logLevel = (level: string | undefined): string =>
  level && (level === 'silent' || isLevel(level)) ? level : 'info';
