import { Registry } from 'prom-client';
import { breakerLimits as limits, breakerMetrics, createBreaker, BreakerOpenError } from './circuit-breaker';
import { createLog } from '../logging/log';

const log = createLog('test', 'silent');
const away = new Error('away');
const fails = jest.fn(() => Promise.reject(away));
const works = jest.fn(() => Promise.resolve('fine'));

beforeEach(() => jest.useFakeTimers().clearAllMocks());
afterEach(() => jest.useRealTimers());

async function opened() {
  const breaker = createBreaker('restaurant', log, breakerMetrics());
  for (let i = 0; i < limits.minimumCalls; i++) await expect(breaker.run(fails)).rejects.toBe(away);
  return breaker;
}

describe('a breaker', () => {
  it('passes results and errors on as they are', async () => {
    const breaker = createBreaker('restaurant', log, breakerMetrics());
    await expect(breaker.run(works)).resolves.toBe('fine');
    await expect(breaker.run(fails)).rejects.toBe(away);
  });

  it('rejects calls after failures, and says when to retry', async () => {
    const breaker = await opened();
    jest.advanceTimersByTime(limits.resetMs - 1);
    await expect(breaker.run(works)).rejects.toEqual(new BreakerOpenError('restaurant', 2));
    expect(works).not.toHaveBeenCalled();
  });

  it('lets one call through after its reset time, and all calls when that one succeeds', async () => {
    const breaker = await opened();
    jest.advanceTimersByTime(limits.resetMs);
    const tried = breaker.run(works);
    await expect(breaker.run(works)).rejects.toBeInstanceOf(BreakerOpenError);
    await expect(tried).resolves.toBe('fine');
    await expect(Promise.all([breaker.run(works), breaker.run(works)])).resolves.toEqual(['fine', 'fine']);
  });

  it('opens again after a few failures, however many calls it rejected before', async () => {
    const breaker = await opened();
    for (let i = 0; i < 100; i++) await expect(breaker.run(works)).rejects.toBeInstanceOf(BreakerOpenError);
    jest.advanceTimersByTime(limits.resetMs);
    await breaker.run(works);
    for (let i = 0; i < limits.minimumCalls; i++) await breaker.run(fails).catch(() => undefined);
    await expect(breaker.run(fails)).rejects.toBeInstanceOf(BreakerOpenError);
  });

  it('stays open when that one call fails', async () => {
    const breaker = await opened();
    jest.advanceTimersByTime(limits.resetMs);
    await expect(breaker.run(fails)).rejects.toBe(away);
    await expect(breaker.run(works)).rejects.toBeInstanceOf(BreakerOpenError);
  });

  it('shows in the metrics whether it is open, and how many calls it rejected', async () => {
    const registry = new Registry();
    const breaker = createBreaker('restaurant', log, breakerMetrics(registry));
    const seen = async () =>
      (await registry.metrics())
        .split('\n')
        .flatMap((line) => /^breaker_\w+\{name="restaurant"\} (.*)$/.exec(line)?.[1] ?? []);
    expect(await seen()).toEqual(['0', '0']);
    for (let i = 0; i < limits.minimumCalls; i++) await breaker.run(fails).catch(() => undefined);
    await expect(breaker.run(works)).rejects.toBeInstanceOf(BreakerOpenError);
    expect(await seen()).toEqual(['1', '1']);
    jest.advanceTimersByTime(limits.resetMs);
    await breaker.run(works);
    expect(await seen()).toEqual(['0', '1']);
  });
});
