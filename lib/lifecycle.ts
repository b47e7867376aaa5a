import { pino } from 'pino';
import { ConfigError } from './config';
import { createLog, type Log } from './log';
import { startTracing, type Tracing } from './start-tracing';
import { reasonOf } from './wait-for';

export interface Running {
  /** Where it can be reached, for a server. */
  address?: string;
  /** Drains and releases everything. */
  stop(): Promise<void>;
}

/** Shorter than the 10 s that container runtimes wait between SIGTERM and SIGKILL. */
const drainLimitMs = 8_000;

/**
 * Runs one process of the system: starts it, says so in one line (`event: "ready"`), drains it on SIGTERM or SIGINT.
 * Exit code 0 after a drain, 1 when starting or draining failed, 2 when the configuration does not fit.
 */
export async function runProcess(
  name: string,
  env: NodeJS.ProcessEnv,
  start: (log: Log) => Promise<Running>,
): Promise<void> {
  const log = createLog(name, logLevel(env.LOG_LEVEL));
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

/** A level that pino does not know must not end the process here: the configuration's own check names it. */
const logLevel = (asked: string | undefined): string =>
  asked && (asked === 'silent' || asked in pino.levels.values) ? asked : 'info';
