import { pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { z } from 'zod';
import { loadConfig, ConfigError } from '../config/config';
import { basics, type HealthConfig, type ProcessConfig } from '../config/process';
import { createLog, nextLevel, type Log, type LogLevel } from '../logging/log';
import { serveMetrics, type OtherMetrics } from '../metrics/metrics';
import { startTracing, stopTracing } from '../tracing/sdk';
import { watchEventLoop } from './event-loop';
import { createHealth, serveHealth, type Check, type Dependency, type Health } from './health';
import { createStartupRetry, errorSummary, type StartupRetry } from './startup-retry';

/** A process of the system while it starts. Adapters add to it what they open: `addDatabase`, `addBroker`, `addTemporal`. */
export interface Service<Config extends ProcessConfig = ProcessConfig> {
  readonly name: string;
  readonly config: Config;
  readonly log: Log;
  readonly registry: Registry;
  readonly startup: StartupRetry;
  /** Adds a dependency without which the process is not ready. The check rejects when it is unavailable, and may never settle. */
  requires: (dependency: string, check: Check) => void;
  /** Adds a dependency without which the process only degrades. Another check of the same name replaces it. */
  uses: (dependency: string, check: Check) => void;
  addMetrics: (read: OtherMetrics) => void;
  /** Runs at shutdown, in reverse order of registration, one after the other. */
  onStop: (close: () => unknown) => void;
}

export interface ServiceDefinition<Config extends ProcessConfig, Started> {
  name: string;
  config: z.ZodType<Config>;
  env: NodeJS.ProcessEnv;
  start: (service: Service<Config>) => Promise<Started>;
}

/** Begins to serve, and returns the address, if it has one. */
type Serve = (health: Health) => Promise<string | undefined>;

/** Runs a service. At shutdown it is first not ready, then what it has opened is closed, the last first. */
export const runService = <Config extends ProcessConfig>({
  name,
  env,
  ...definition
}: ServiceDefinition<Config, Serve>): Promise<void> =>
  runProcess(name, env, async (log) => {
    const config = loadConfig(definition.config, env, log);
    const registry = new Registry();
    collectDefaultMetrics({ register: registry }); // Node's own: memory, CPU time, event loop lag
    const startup = createStartupRetry(config.START_LIMIT_MS, log);
    const eventLoop = watchEventLoop();
    const dependencies: Record<string, Dependency> = { 'event-loop': { required: false, check: eventLoop.check } };
    const closers: (() => unknown)[] = [eventLoop.close];
    let otherMetrics: OtherMetrics = async () => '';
    const metrics = await serveMetrics(config, registry, () => otherMetrics());
    const serve = await definition.start({
      name,
      config,
      log,
      registry,
      startup,
      requires: (dependency, check) => void (dependencies[dependency] = { required: true, check }),
      uses: (dependency, check) => void (dependencies[dependency] = { required: false, check }),
      addMetrics: (read) => void (otherMetrics = read),
      onStop: (close) => void closers.unshift(close),
    });
    const health = createHealth(dependencies, log, registry);
    const address = await serve(health);
    return {
      ...(address !== undefined && { address }),
      async stop() {
        health.drain();
        for (const close of closers) await close();
        metrics.close();
      },
    };
  });

/** Runs a process that serves no HTTP but `/health` and `/health/ready`, on its health port. */
export const runWorker = <Config extends ProcessConfig & HealthConfig>(
  definition: ServiceDefinition<Config, void>,
): Promise<void> =>
  runService({
    ...definition,
    async start(service) {
      const server = await serveHealth(service.config);
      service.onStop(() => server.close());
      await definition.start(service);
      return async (health) => server.report(health);
    },
  });

interface Running {
  address?: string;
  stop(): Promise<void>;
}

/** Shorter than the 10 s that container runtimes wait between SIGTERM and SIGKILL. */
const drainLimitMs = 8_000;

/**
 * Starts a process, logs `event: "ready"`, and drains it on SIGTERM or SIGINT. Each SIGUSR2 makes the log one level more verbose, the last
 * one restores the configured level. Exit code 0 after a drain, 1 when the start or the drain failed, 2 for an invalid configuration.
 */
export async function runProcess(
  name: string,
  env: NodeJS.ProcessEnv,
  start: (log: Log) => Promise<Running>,
): Promise<void> {
  const log = createLog(name, logLevel.parse(env.LOG_LEVEL));
  stepLevelOnSignal(log);
  logCrashes(log);
  let running: Running | undefined;
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
      await stopTracing();
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
    await startTracing(name, env, log); // before anything traced is opened
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
const logLevel = basics.LOG_LEVEL.catch('info');
