import { Registry } from 'prom-client';
import type { Log } from '../logging/log';
import { askedGauge } from '../metrics/metrics';
import { reasonOf } from './startup-retry';
import { withTimeout } from './timeout';

/** What a process needs, and how to ask whether it is there. */
export interface Dependency {
  /** Whether the process is of no use without it; else it only does less. */
  required: boolean;
  /** Rejects when it is not there. It may take for ever: it is not waited for so long, and not asked twice meanwhile. */
  check: () => Promise<unknown>;
}
export type Dependencies = Readonly<Record<string, Dependency>>;

export const required = (check: () => Promise<unknown>): Dependency => ({ required: true, check });
export const optional = (check: () => Promise<unknown>): Dependency => ({ required: false, check });

interface DependencyState {
  ok: boolean;
  required: boolean;
  /** What the answer took, or how long it was waited for. */
  latency_ms: number;
}

/** What `/health/ready` answers. It says nothing of reasons, which tell of the inside: those are in the log. */
export interface Readiness {
  ready: boolean;
  /** The process is about to end, and asks for no more work. */
  draining: boolean;
  dependencies: Record<string, DependencyState>;
}

export interface Health {
  /** Asks all dependencies at once. Callers at the same time share one answer. Never rejects. */
  readiness(): Promise<Readiness>;
  /** From now on it is not ready. */
  drain(): void;
}

/** What `/health` answers as long as the process lives (contract, section 2). */
export const alive = { Success: true, message: 'Good' };

/** Far above what a healthy server takes to say that it is there, below the time limits of those who ask for readiness. */
export const checkLimitMs = 1_000;
/** A question that has been out for so long went to a connection that is dead: the next one gets another. */
const lostQuestionMs = 15_000;

/** @param registry Gets `dependency_up`, asked for at each scrape. */
export function createHealth(dependencies: Dependencies, log: Log, registry = new Registry()): Health {
  const looks = Object.entries(dependencies).map(([name, dependency]) => ({
    name,
    look: createLook(name, dependency, log),
  }));
  const going: Readiness = { ready: false, draining: true, dependencies: {} };
  let draining = false;
  const isDraining = (): boolean => draining;
  let asking: Promise<Readiness> | undefined;

  const ask = async (): Promise<Readiness> => {
    const states = await Promise.all(looks.map(async ({ name, look }) => [name, await look()] as const));
    const ready = states.every(([, state]) => state.ok || !state.required);
    return { ready, draining: false, dependencies: Object.fromEntries(states) };
  };
  const health: Health = {
    async readiness() {
      if (isDraining()) return going;
      asking ??= ask().finally(() => (asking = undefined));
      const readiness = await asking;
      return isDraining() ? going : readiness; // it may have begun to meanwhile
    },
    drain() {
      draining = true;
    },
  };
  askedGauge(registry, {
    name: 'dependency_up',
    help: 'Whether what the process needs answers (1) or not (0).',
    labelNames: ['dependency'],
    async ask() {
      const states = Object.entries((await health.readiness()).dependencies);
      return states.map(([dependency, { ok }]) => ({ labels: { dependency }, value: ok ? 1 : 0 }));
    },
  });
  return health;
}

/** Looks after one dependency, and logs when it goes and when it is back. */
function createLook(name: string, dependency: Dependency, log: Log): () => Promise<DependencyState> {
  let question: { askedAt: number; answer: Promise<unknown> } | undefined;
  let wasOk = true;

  const answer = (now: number): Promise<unknown> => {
    if (question && now - question.askedAt < lostQuestionMs) return question.answer;
    const asked = { askedAt: now, answer: Promise.resolve().then(dependency.check) };
    question = asked;
    const forget = (): void => {
      if (question === asked) question = undefined;
    };
    asked.answer.then(forget, forget);
    return asked.answer;
  };

  return async () => {
    const now = performance.now();
    let reason: string | undefined;
    try {
      await withTimeout(checkLimitMs, answer(now));
    } catch (err) {
      reason = reasonOf(err);
    }
    const ok = reason === undefined;
    if (ok !== wasOk) {
      if (ok) log.info({ event: 'dependency-back', dependency: name }, `${name} is there again`);
      else log.warn({ event: 'dependency-away', dependency: name, reason }, `${name} is away`);
    }
    wasOk = ok;
    return { ok, required: dependency.required, latency_ms: Math.round(performance.now() - now) };
  };
}
