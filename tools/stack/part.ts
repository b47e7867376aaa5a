/** What runs beside the launcher: a server or one of our services. */
export interface Part {
  name: string;
  command: string;
  args: string[];
  /** The whole environment of the process. */
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Run as this user and group; only root may say so. */
  runAs?: { uid: number; gid: number };
  /** Where it answers, as the status shows it; null if it listens nowhere. */
  address: string | null;
  /** What asks it to end in its own good order, and how long that may take. */
  stopSignal: NodeJS.Signals;
  stopLimitMs: number;
  /** From its start until `isReady` must have said yes. */
  readyLimitMs: number;
  /**
   * Asked again and again after the start. A rejection means "not yet": its message is
   * shown if the limit runs out.
   */
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

/** Thrown when a part ends before it is ready, or is not ready in time. */
export class PartFailed extends Error {
  override readonly name = 'PartFailed';
  constructor(
    readonly part: string,
    reason: string,
    readonly logTail: string,
  ) {
    super(`${part} ${reason}`);
  }
}
