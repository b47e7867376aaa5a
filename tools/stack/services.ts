import { join } from 'node:path';
import {
  serviceNames,
  workerNames,
  stackEnvironment,
  type Addresses,
  type ProcessName,
  type ServerName,
} from './addresses';
import { projectRoot } from './instance';
import type { Part } from './part';
import { loopback, type Ports } from './ports';

/** What runs in a whole system. */
export type PartName = ServerName | ProcessName;

export interface ServiceOptions {
  addresses: Addresses;
  ports: Ports;
  /** The user's own environment; what the stack sets goes over it. */
  env: NodeJS.ProcessEnv;
}

/** The three APIs and the three workers: our own programs, compiled. */
export function serviceParts({ addresses, ports, env }: ServiceOptions): Part[] {
  const shared = { NODE_ENV: 'development', ...env, ...stackEnvironment(addresses, env) };
  const metricsPort = (name: ProcessName) => ({ METRICS_PORT: String(ports[`metrics-${name}`]) });
  const apis = serviceNames.map((service) => {
    const name = `api-${service}` as const;
    const env = { ...shared, ...metricsPort(name), PORT: String(ports[name]) };
    return servicePart(name, ['api', service], env, addresses.api[service]);
  });
  const workers = workerNames.map((worker) => {
    const name = `worker-${worker}` as const;
    const env = { ...shared, ...metricsPort(name), HEALTH_PORT: String(ports[name]) };
    return servicePart(name, ['workers', worker], env, `http://${loopback}:${ports[name]}`);
  });
  return [...apis, ...workers];
}

function servicePart(name: string, path: string[], env: NodeJS.ProcessEnv, address: string): Part {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', join(projectRoot, 'dist', ...path, 'main.js')],
    env,
    cwd: projectRoot,
    address,
    stopSignal: 'SIGTERM',
    stopLimitMs: 10_000, // What a service may take to finish what it has begun.
    readyLimitMs: 75_000, // Longer than it waits itself (START_LIMIT_MS), so that it can say what it lacks.
    isReady: ({ readLog }) => Promise.resolve(saysReady(readLog())),
  };
}

/** A service writes one JSON line with `"event":"ready"` when it takes work. */
export function saysReady(log: string): boolean {
  return log.split('\n').some((line) => {
    if (!line.includes('"event"')) return false;
    try {
      return (JSON.parse(line) as { event?: unknown }).event === 'ready';
    } catch {
      return false;
    }
  });
}
