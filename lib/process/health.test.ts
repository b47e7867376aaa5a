/** What a process says of its dependencies. */
import { checkTimeoutMs, createHealth, sharedMs, type Check } from './health';
import { createLog } from '../logging/log';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const log = createLog('test', 'silent');
const well = async () => undefined;
const away = async () => {
  throw new Error('away');
};
const hanging = () => new Promise<never>(() => undefined);
const required = (check: Check) => ({ required: true, check });
const optional = (check: Check) => ({ required: false, check });
const healthOf = (dependencies: Parameters<typeof createHealth>[0]) => createHealth(dependencies, log);

test.each([
  ['all are there', { a: required(well), b: optional(well) }, true],
  ['one is away that it can do without', { a: required(well), b: optional(away) }, true],
  ['one is away that it cannot do without', { a: required(away), b: optional(well) }, false],
  ['the question itself fails', { a: required(() => { throw new Error('no session'); }) }, false], // prettier-ignore
  ['there are none', {}, true],
])('a process of which %s: ready %s', async (_what, dependencies, ready) => {
  expect(await healthOf(dependencies).readiness()).toMatchObject({ ready, draining: false });
});

test('each dependency is listed with its latency, and without its error', async () => {
  const { dependencies } = await healthOf({ a: required(well), b: optional(away) }).readiness();
  const latency_ms = expect.any(Number) as number;
  expect(dependencies).toEqual({
    a: { ok: true, required: true, latency_ms },
    b: { ok: false, required: false, latency_ms },
  });
});

test('a check that hangs fails at its timeout, runs beside the others, and is not started twice', async () => {
  const asked = jest.fn(hanging);
  const health = healthOf({ a: required(asked), b: required(hanging), c: required(well) });
  const afterOneLimit = async () => {
    const answer = health.readiness();
    await jest.advanceTimersByTimeAsync(checkTimeoutMs);
    return answer;
  };
  const { ready, dependencies } = await afterOneLimit();
  expect(ready).toBe(false);
  expect(dependencies).toMatchObject({ a: { ok: false }, b: { ok: false }, c: { ok: true } });
  expect(dependencies.a?.latency_ms).toBe(checkTimeoutMs);
  await afterOneLimit();
  expect(asked).toHaveBeenCalledTimes(1);
});

test('callers share a check for half a second, and the next caller gets a new one', async () => {
  const asked = jest.fn(well);
  const health = healthOf({ a: required(asked) });
  await Promise.all(Array.from({ length: 100 }, () => health.readiness()));
  asked.mockImplementation(away);
  await jest.advanceTimersByTimeAsync(sharedMs - 1);
  expect((await health.readiness()).ready).toBe(true);
  expect(asked).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(1);
  expect((await health.readiness()).ready).toBe(false);
  asked.mockImplementation(well);
  await jest.advanceTimersByTimeAsync(sharedMs);
  expect((await health.readiness()).ready).toBe(true);
});

test('a draining process is not ready, and checks nothing', async () => {
  const asked = jest.fn(well);
  const health = healthOf({ a: required(asked) });
  health.drain();
  expect(await health.readiness()).toEqual({ ready: false, draining: true, dependencies: {} });
  expect(asked).not.toHaveBeenCalled();
});

test('a process that starts to drain during a check is not ready', async () => {
  const health = healthOf({ a: required(async () => health.drain()) });
  expect(await health.readiness()).toMatchObject({ ready: false, draining: true });
});
