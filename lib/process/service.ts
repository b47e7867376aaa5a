import type { Registry } from 'prom-client';
import type { z } from 'zod';
import { loadConfig } from '../config/config';
import type { HealthConfig, ProcessConfig } from '../config/process';
import type { Log } from '../logging/log';
import { createRegistry } from '../metrics/metrics';
import { serveMetrics, type OtherMetrics } from '../metrics/server';
import { createHealth, type Check, type Dependency, type Health } from './health';
import { serveHealth } from './health-server';
import { runProcess } from './run-process';
import { createStartupRetry, type StartupRetry } from './startup-retry';

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

/** A process of the system, as its `main.ts` declares it. */
export interface ServiceDefinition<Config extends ProcessConfig, Started> {
  name: string;
  config: z.ZodType<Config>;
  env: NodeJS.ProcessEnv;
  start: (service: Service<Config>) => Promise<Started>;
}

/** Begins to serve, and returns the address, if it has one. */
type Serve = (health: Health) => Promise<string | undefined>;

/**
 * Runs one process: reads its configuration, serves its metrics, and starts it. At shutdown it is first not ready, then what it has
 * opened is closed, the last first. Exit codes are those of `runProcess`.
 */
export const runService = <Config extends ProcessConfig>({
  name,
  env,
  ...definition
}: ServiceDefinition<Config, Serve>): Promise<void> =>
  runProcess(name, env, async (log) => {
    const config = loadConfig(definition.config, env, log);
    const registry = createRegistry();
    const startup = createStartupRetry(config.START_LIMIT_MS, log);
    const dependencies: Record<string, Dependency> = {};
    const closers: (() => unknown)[] = [];
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
