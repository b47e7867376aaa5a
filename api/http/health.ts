import { alive, readiness } from '../../contracts/answers/common';
import type { Health, Readiness } from '../../lib/process/health';
import { answer, route } from './route';

const dependency = (ok: boolean): Readiness['dependencies'] => ({
  temporal: { ok, required: true, latency_ms: ok ? 2 : 1_000 },
});

const liveness = route({
  method: 'GET',
  path: '/health',
  id: 'health',
  summary: 'Whether the process is alive',
  roles: 'anybody',
  answers: { 200: answer('It is.', alive, { Success: true, message: 'Good' }) },
  handle: async (_deps: { health: Health }, { answer }) => answer(200, { Success: true, message: 'Good' }),
});

const ready = route({
  method: 'GET',
  path: '/health/ready',
  id: 'readiness',
  summary: 'Which of its dependencies are available',
  roles: 'anybody',
  answers: {
    200: answer('Ready.', readiness, { ready: true, draining: false, dependencies: dependency(true) }),
    503: answer('Not ready: a required dependency is unavailable, or the process is shutting down.', readiness, {
      ready: false,
      draining: false,
      dependencies: dependency(false),
    }),
  },
  async handle({ health }: { health: Health }, { answer }) {
    const state = await health.readiness();
    return answer(state.ready ? 200 : 503, state, { 'Cache-Control': 'no-store' });
  },
});

export const healthRoutes = [liveness, ready];
