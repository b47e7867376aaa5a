import type { ServerResponse } from 'node:http';
import { Registry } from 'prom-client';
import type { z } from 'zod';
import type { readiness as readinessSchema } from '../../contracts/answers/common';
import type { HealthConfig } from '../config/process';
import { listenInternal } from '../http/internal-server';
import type { Log } from '../logging/log';
import { cachedFor, observableGauge } from '../metrics/metrics';
import { errorSummary } from './startup-retry';
import { withTimeout } from './timeout';

export type Check = () => Promise<unknown>;

export interface Dependency {
  /** Whether the process is not ready without it; otherwise it degrades. */
  required: boolean;
  /** Rejects when the dependency is unavailable. It may never settle: it times out, and is not called again while in progress. */
  check: Check;
}

/** The body of `/health/ready`: no reasons, which would reveal internals. `draining`: shutting down. `latency_ms`: of the check, or its timeout. */
export type Readiness = z.infer<typeof readinessSchema>;
type DependencyState = Readiness['dependencies'][string];

export type Health = ReturnType<typeof createHealth>;

/** Far longer than a healthy server takes to answer, shorter than the timeouts of readiness probes. */
export const checkTimeoutMs = 1_000;
/** A check that takes so long runs on a dead connection: the next one is started beside it. */
const staleCheckMs = 15_000;
/** Anybody may ask, as often as they like. */
export const sharedMs = 500;

/** @param registry Receives `dependency_up`, which is checked at each scrape. */
export function createHealth(dependencies: Readonly<Record<string, Dependency>>, log: Log, registry = new Registry()) {
  const probes = Object.entries(dependencies).map(
    ([name, dependency]) => [name, createProbe(name, dependency, log)] as const,
  );
  const check = cachedFor(sharedMs, () =>
    Promise.all(probes.map(async ([name, probe]) => [name, await probe()] as const)),
  );
  const drained: Readiness = { ready: false, draining: true, dependencies: {} };
  let draining = false;

  const health = {
    /** Checks all dependencies at once. Callers share a result for half a second. Never rejects. */
    async readiness(): Promise<Readiness> {
      if (draining) return drained;
      const states = await check();
      if (draining) return drained; // it may have begun during the check
      const ready = states.every(([, state]) => state.ok || !state.required);
      return { ready, draining, dependencies: Object.fromEntries(states) };
    },
    /** From now on the process is not ready. */
    drain(): void {
      draining = true;
    },
  };
  observableGauge(registry, {
    name: 'dependency_up',
    help: 'Whether a dependency of the process is available (1) or not (0).',
    labelNames: ['dependency'],
    async observe() {
      const states = Object.entries((await health.readiness()).dependencies);
      return states.map(([dependency, { ok }]) => ({ labels: { dependency }, value: ok ? 1 : 0 }));
    },
  });
  return health;
}

/** Checks one dependency, and logs when it becomes unavailable or available. */
function createProbe(name: string, dependency: Dependency, log: Log): () => Promise<DependencyState> {
  let inProgress: { since: number; result: Promise<unknown> } | undefined;
  let wasOk = true;

  const check = (now: number): Promise<unknown> => {
    if (inProgress && now - inProgress.since < staleCheckMs) return inProgress.result;
    const started = { since: now, result: Promise.resolve().then(dependency.check) };
    inProgress = started;
    const forget = (): void => {
      if (inProgress === started) inProgress = undefined;
    };
    started.result.then(forget, forget);
    return started.result;
  };

  return async () => {
    const now = performance.now();
    let reason: string | undefined;
    try {
      await withTimeout(checkTimeoutMs, check(now));
    } catch (error) {
      reason = errorSummary(error);
    }
    const ok = reason === undefined;
    if (ok !== wasOk) {
      if (ok) log.info({ event: 'dependency-up', dependency: name }, `${name} is available again`);
      else log.warn({ event: 'dependency-down', dependency: name, reason }, `${name} is unavailable`);
    }
    wasOk = ok;
    return { ok, required: dependency.required, latency_ms: Math.round(performance.now() - now) };
  };
}

/** Answers `/health` and `/health/ready` from before the start of a worker: a port that is taken fails before any work begins. */
export async function serveHealth({ HOST, HEALTH_PORT }: HealthConfig) {
  // Before the start nothing is known of the dependencies.
  let readiness: Health['readiness'] = async () => ({ ready: false, draining: false, dependencies: {} });
  const server = await listenInternal(HOST, HEALTH_PORT, async (path, res) => {
    if (path === '/health') return send(res, 200, { Success: true, message: 'Good' });
    if (path !== '/health/ready') return send(res, 404, { success: false, message: 'Only /health and /health/ready' });
    const state = await readiness();
    send(res, state.ready ? 200 : 503, state);
  });
  return {
    /** From now on `/health/ready` answers with this. Returns the server's address, if it listens. */
    report(health: Health): string | undefined {
      readiness = () => health.readiness();
      return server.address;
    },
    close: () => server.close(),
  };
}

function send(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}
