import { join } from 'node:path';
import { processNames, stackEnvironment, type Addresses, type ProcessName, type ServerName } from './addresses';
import { projectRoot, type Instance } from './instance';
import { loopback, type Ports } from './ports';

export interface ServerOptions {
  instance: Instance;
  ports: Ports;
  /** False: the data are thrown away afterwards and need not survive a crash, which is faster. */
  durable: boolean;
  /** Defaults of the PostgreSQL server, over its own. */
  postgresSettings?: Readonly<Record<string, string>> | undefined;
}

/** A program that runs beside the launcher: a server or one of our services. */
export interface Part {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Run as this user and group; only root can. */
  runAs?: { uid: number; gid: number } | undefined;
  /** Where it answers, as the status shows it; null if it does not listen. */
  address: string | null;
  stopSignal: NodeJS.Signals;
  /** From that signal until it is killed. */
  stopTimeoutMs: number;
  /** From its start until `isReady`. */
  readyTimeoutMs: number;
  /** Polled after the start. A rejection means "not yet": its message is shown when the timeout runs out. */
  isReady: (run: { readLog: () => string }) => Promise<boolean>;
}

export type PartState = 'waiting' | 'starting' | 'ready' | 'restarting' | 'stopping' | 'stopped' | 'external';

/** A row of the status; an `external` part is used and not run by this stack. */
export interface PartStatus {
  name: string;
  pid: number | null;
  state: PartState;
  address: string | null;
  restarts: number;
  log: string | null;
}

/** A part ended before it was ready, or was not ready in time. */
export class PartFailedError extends Error {
  override readonly name = 'PartFailedError';
  constructor(
    message: string,
    readonly logTail: string,
  ) {
    super(message);
  }
}

export type PartName = ServerName | ProcessName;

/** The three APIs and the three workers: our own programs, compiled. The stack's variables override the environment. */
export function serviceParts(addresses: Addresses, ports: Ports, env: NodeJS.ProcessEnv): Part[] {
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
