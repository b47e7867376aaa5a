import CircuitBreaker from 'opossum';
import type { Log } from './log';

/** Thrown at once, without a try, while what is called has failed too often a moment ago. */
export class BreakerOpenError extends Error {
  override readonly name = 'BreakerOpenError';
  constructor(
    name: string,
    /** When it is tried again, at the latest. */
    readonly retryAfterSeconds: number,
  ) {
    super(`${name} has failed too often a moment ago`);
  }
}

export interface Breaker {
  readonly name: string;
  /** Runs a call, which has a time limit of its own. Throws BreakerOpenError, or what the call throws. */
  run<T>(call: () => Promise<T>): Promise<T>;
}

export interface BreakerLimits {
  /** An open breaker lets one call through after this long; its success closes the breaker. */
  resetMs: number;
  /** Fewer calls than this in the last ten seconds say nothing. */
  minimumCalls: number;
  /** Above this share of failures among them the breaker opens. */
  failurePercent: number;
}

/** Quick to open, for callers wait seconds on each failed call; quick to try again, for a restart takes seconds too. */
const usualLimits: BreakerLimits = { resetMs: 2_000, minimumCalls: 4, failurePercent: 50 };

export function createBreaker(name: string, log: Log, limits: BreakerLimits = usualLimits): Breaker {
  const circuit = new CircuitBreaker((call: () => Promise<unknown>) => call(), {
    timeout: false,
    resetTimeout: limits.resetMs,
    volumeThreshold: limits.minimumCalls,
    errorThresholdPercentage: limits.failurePercent,
  });
  circuit.on('open', () => log.warn({ event: 'breaker-open', name }, `${name} fails; it is not called for a while`));
  circuit.on('close', () => log.info({ event: 'breaker-closed', name }, `${name} is called again`));
  return {
    name,
    async run<T>(call: () => Promise<T>): Promise<T> {
      // Not left to `fire`: that counts what it turns away as calls without failure, and would be slow to open again.
      if (!circuit.closed && !circuit.pendingClose) throw new BreakerOpenError(name, Math.ceil(limits.resetMs / 1_000));
      return (await circuit.fire(call)) as T;
    },
  };
}
