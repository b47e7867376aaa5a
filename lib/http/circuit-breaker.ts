import CircuitBreaker from 'opossum';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Log } from '../logging/log';

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

/** How a process's breakers are counted, by their names. */
export function breakerMetrics(registry = new Registry()) {
  const registers = [registry];
  const labelNames = ['name'] as const;
  return {
    open: new Gauge({
      name: 'breaker_open',
      help: 'Whether the breaker is open (1): what it guards is not called.',
      labelNames,
      registers,
    }),
    rejections: new Counter({
      name: 'breaker_rejections_total',
      help: 'Calls that an open breaker has turned away.',
      labelNames,
      registers,
    }),
  };
}

export function createBreaker(
  name: string,
  log: Log,
  metrics = breakerMetrics(),
  limits: BreakerLimits = usualLimits,
): Breaker {
  const circuit = new CircuitBreaker((call: () => Promise<unknown>) => call(), {
    timeout: false,
    resetTimeout: limits.resetMs,
    volumeThreshold: limits.minimumCalls,
    errorThresholdPercentage: limits.failurePercent,
  });
  const open = metrics.open.labels({ name });
  const rejections = metrics.rejections.labels({ name });
  open.set(0);
  rejections.inc(0);
  circuit.on('open', () => {
    open.set(1);
    log.warn({ event: 'breaker-open', name }, `${name} fails; it is not called for a while`);
  });
  circuit.on('close', () => {
    open.set(0);
    log.info({ event: 'breaker-closed', name }, `${name} is called again`);
  });
  return {
    name,
    async run<T>(call: () => Promise<T>): Promise<T> {
      // Not left to `fire`: that counts what it turns away as calls without failure, and would be slow to open again.
      if (!circuit.closed && !circuit.pendingClose) {
        rejections.inc();
        throw new BreakerOpenError(name, Math.ceil(limits.resetMs / 1_000));
      }
      return (await circuit.fire(call)) as T;
    },
  };
}
