import { join } from 'node:path';
import { processNames, stackEnvironment, type Addresses, type ProcessName, type ServerName } from './addresses';
import { projectRoot } from './instance';
import type { Part } from './part';
import { loopback, type Ports } from './ports';

/** The parts of a whole system. */
export type PartName = ServerName | ProcessName;

interface ServiceOptions {
  addresses: Addresses;
  ports: Ports;
  /** The user's own environment; the stack's variables override it. */
  env: NodeJS.ProcessEnv;
}

/** The three APIs and the three workers: our own programs, compiled. */
export function serviceParts({ addresses, ports, env }: ServiceOptions): Part[] {
  const shared = { NODE_ENV: 'development', ...env, ...stackEnvironment(addresses, env) };
  return processNames.map((name) => {
    const [kind, folder = ''] = name.split('-');
    const [layer, port] = kind === 'api' ? ['api', 'PORT'] : ['workers', 'HEALTH_PORT'];
    return {
      name,
      command: process.execPath,
      args: ['--enable-source-maps', join(projectRoot, 'dist', layer, folder, 'main.js')],
      env: { ...shared, [port]: String(ports[name]), METRICS_PORT: String(ports[`metrics-${name}`]) },
      cwd: projectRoot,
      address: `http://${loopback}:${ports[name]}`,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 10_000, // Longer than a service drains (8 s).
      readyTimeoutMs: 75_000, // Longer than a service waits for its servers (START_LIMIT_MS): it then says which is missing.
      isReady: ({ readLog }) => Promise.resolve(saysReady(readLog())),
    };
  });
}

/** A service logs one JSON line with `"event":"ready"` when it takes work. */
export const saysReady = (log: string): boolean =>
  log.split('\n').some((line) => {
    try {
      return (JSON.parse(line) as { event?: unknown }).event === 'ready';
    } catch {
      return false;
    }
  });
