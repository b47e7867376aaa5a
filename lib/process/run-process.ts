import { pino } from 'pino';
import { ConfigError } from '../config/config';
import { createLog, nextLevel, type Log, type LogLevel } from '../logging/log';
import { startTracing, type Tracing } from '../tracing/sdk';
import { reasonOf } from './startup-retry';

export interface Running {
  /** Where it can be reached, for a server. */
  address?: string;
  /** Drains and releases everything. */
  stop(): Promise<void>;
}

/** Shorter than the 10 s that container runtimes wait between SIGTERM and SIGKILL. */
const drainLimitMs = 8_000;

/**
 * Runs one process of the system: starts it, says so in one line (`event: "ready"`), drains it on SIGTERM or SIGINT. On SIGUSR2 it logs
 * more: each takes the log a level further, and in the end back to the configured one.
 * Exit code 0 after a drain, 1 when starting or draining failed, 2 when the configuration does not fit.
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
      log.error({ event: 'drain-limit' }, 'could not drain in time');
      process.exit(1);
    }, drainLimitMs);
    try {
      await running?.stop();
      await tracing?.stop();
      clearTimeout(limit);
      log.info({ event: 'stopped' }, 'stopped');
      process.exit(0);
    } catch (err) {
      log.error({ event: 'stop-failed', err }, 'could not stop cleanly');
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));

  try {
    tracing = await startTracing(name, env, log); // before anything that it traces
    running = await start(log);
    log.info({ event: 'ready', address: running.address }, 'ready');
  } catch (err) {
    if (err instanceof ConfigError) process.stderr.write(`${err.message}\n`);
    else log.fatal({ event: 'start-failed', err }, `could not start: ${reasonOf(err)}`);
    process.exit(err instanceof ConfigError ? 2 : 1);
  }
}

function stepLevelOnSignal(log: Log): void {
  const configured = log.level;
  process.on('SIGUSR2', () => {
    log.level = nextLevel(log.level, configured);
    const said = { event: 'log-level', log_level: log.level } as const;
    if (isLevel(log.level)) log[log.level](said, `the log's level is ${log.level}`); // in a level of its own it would not be seen
  });
}

/** Node would write the error beside the log, with all that it carries. */
function logCrashes(log: Log): void {
  process.on('uncaughtException', (err) => {
    log.fatal({ event: 'crashed', err }, 'the process fails with an error that nobody has caught');
    process.exit(1);
  });
}

const isLevel = (level: string): level is LogLevel => level in pino.levels.values;

/** A level that pino does not know must not end the process here: the configuration's own check names it. */
const logLevel = (asked: string | undefined): string =>
  asked && (asked === 'silent' || isLevel(asked)) ? asked : 'info';
