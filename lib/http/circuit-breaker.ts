import CircuitBreaker from 'opossum';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Log } from '../logging/log';

/** Thrown without a call while the breaker is open, because recent calls failed too often. */
export class BreakerOpenError extends Error {
  override readonly name = 'BreakerOpenError';
  constructor(
    name: string,
    /** When the next call is let through, at the latest. */
    readonly retryAfterSeconds: number,
  ) {
    super(`recent calls of ${name} failed too often`);
  }
}

/** A call that failed, though the service works: it does not open the breaker. */
export class ServiceWorksError extends Error {
  override readonly name = 'ServiceWorksError';
}

/** Opens quickly, since each failed call costs its caller seconds; retries quickly, since a restart takes seconds too. */
export const breakerLimits = {
  /** An open breaker lets one call through after this long; its success closes the breaker. */
  resetMs: 2_000,
  /** With fewer calls in the last ten seconds it does not open. */
  minimumCalls: 4,
  /** It opens above this share of failures among them. */
  failurePercent: 50,
};

/** The metrics of a process's breakers, by their names. */
export function breakerMetrics(registry = new Registry()) {
  const labels = { labelNames: ['name'] as const, registers: [registry] };
  return {
    open: new Gauge({
      name: 'breaker_open',
      help: 'Whether the breaker is open (1): the service is not called.',
      ...labels,
    }),
    rejections: new Counter({
      name: 'breaker_rejections_total',
      help: 'Calls rejected by an open breaker.',
      ...labels,
    }),
  };
}

export type Breaker = ReturnType<typeof createBreaker>;

export function createBreaker(name: string, log: Log, metrics: ReturnType<typeof breakerMetrics>) {
  const circuit = new CircuitBreaker((call: () => Promise<unknown>) => call(), {
    timeout: false,
    resetTimeout: breakerLimits.resetMs,
    volumeThreshold: breakerLimits.minimumCalls,
    errorThresholdPercentage: breakerLimits.failurePercent,
    errorFilter: (error: unknown) => error instanceof ServiceWorksError,
  });
  metrics.open.set({ name }, 0);
  metrics.rejections.inc({ name }, 0);
  circuit.on('open', () => {
    metrics.open.set({ name }, 1);
    log.warn({ event: 'breaker-open', name }, `${name} fails; it is not called for now`);
  });
  circuit.on('close', () => {
    metrics.open.set({ name }, 0);
    log.info({ event: 'breaker-closed', name }, `${name} is called again`);
  });
  return {
    name,
    /** Runs a call, which has its own timeout. Throws BreakerOpenError, or what the call throws. */
    async run<T>(call: () => Promise<T>): Promise<T> {
      // Not left to `fire`: it counts rejected calls as successful ones, so the breaker would be slow to open again.
      if (!circuit.closed && !circuit.pendingClose) {
        metrics.rejections.inc({ name });
        throw new BreakerOpenError(name, Math.ceil(breakerLimits.resetMs / 1_000));
      }
      return (await circuit.fire(call)) as T;
    },
  };
}
