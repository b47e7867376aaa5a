import type { Instance } from './instance';
import type { Ports } from './ports';

/** What the servers' parts are made from. */
export interface ServerOptions {
  instance: Instance;
  ports: Ports;
  /** False: the data are thrown away afterwards and need not survive a crash, which is faster. */
  durable: boolean;
}

/** A program that runs beside the launcher: a server or one of our services. */
export interface Part {
  name: string;
  command: string;
  args: string[];
  /** The whole environment of the process. */
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Run as this user and group; only root can. */
  runAs?: { uid: number; gid: number } | undefined;
  /** Where it answers, as the status shows it; null if it does not listen. */
  address: string | null;
  /** Asks it to shut down. */
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
    part: string,
    reason: string,
    readonly logTail: string,
  ) {
    super(`${part} ${reason}`);
  }
}
