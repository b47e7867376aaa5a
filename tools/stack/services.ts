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

/** The parts of a whole system. */
export type PartName = ServerName | ProcessName;

export interface ServiceOptions {
  addresses: Addresses;
  ports: Ports;
  /** The user's own environment; the stack's variables override it. */
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
    stopTimeoutMs: 10_000, // Longer than a service drains (8 s).
    readyTimeoutMs: 75_000, // Longer than a service waits for its servers (START_LIMIT_MS): it then says which is missing.
    isReady: ({ readLog }) => Promise.resolve(saysReady(readLog())),
  };
}

/** A service logs one JSON line with `"event":"ready"` when it takes work. */
export function saysReady(log: string): boolean {
  return log.split('\n').some((line) => {
    try {
      return (JSON.parse(line) as { event?: unknown }).event === 'ready';
    } catch {
      return false;
    }
  });
}
