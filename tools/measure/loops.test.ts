import { closedLoop, dueTimes, openLoop, type Job } from './loops';

const noHooks = { opened: () => undefined, closed: () => undefined };
const failure = 'no soup for 6f1c2a0e-8a5b-4c1d-9e2f-0123456789ab';
const timings = (whole = 1) => ({ id: `job-${whole}`, timings: { whole } });

describe('an open loop', () => {
  test('has jobs due at a fixed rate', () => {
    expect(dueTimes(4, 1_000)).toEqual([0, 250, 500, 750]);
  });

  test('starts each job while earlier ones are in flight, and passes it the time at which it was due', async () => {
    const dues: number[] = [];
    let endAll = (): void => undefined;
    const end = new Promise<void>((resolve) => (endAll = resolve));
    const job: Job = async (dueAt = NaN) => {
      dues.push(dueAt);
      await end;
      return timings();
    };
    const hooks = { opened: () => undefined, closed: () => endAll() };
    const result = await openLoop(job, { perSecond: 100, rampMs: 0, windowMs: 100 }, hooks);
    expect(result.done).toHaveLength(10);
    const gaps = dues.slice(1).map((due, i) => due - (dues[i] ?? 0));
    for (const gap of gaps) expect(gap).toBeCloseTo(10, 6);
  });

  test('counts the time by which the driver itself is late', async () => {
    const late: number[] = [];
    const block = (ms: number): void => {
      for (const until = performance.now() + ms; performance.now() < until;);
    };
    const job: Job = async (dueAt = NaN) => {
      late.push(performance.now() - dueAt);
      if (late.length === 1) block(50);
      return timings();
    };
    await openLoop(job, { perSecond: 100, rampMs: 0, windowMs: 30 }, noHooks);
    expect(late[1]).toBeGreaterThan(30); // due 10 ms after a job that blocked everything for 50
  });

  test('counts no job that was due before its window, and reports failures', async () => {
    let started = 0;
    const job: Job = async () => {
      if (++started === 4) throw new Error(failure);
      return timings(started);
    };
    const result = await openLoop(job, { perSecond: 100, rampMs: 20, windowMs: 20 }, noHooks);
    expect(result).toMatchObject({ done: [{ whole: 3 }], ids: ['job-3'], failures: ['no soup for :id'] });
  });
});

describe('a closed loop', () => {
  test('has that many jobs in flight at any time', async () => {
    let inFlight = 0;
    const seen = new Set<number>();
    const job: Job = async () => {
      seen.add(++inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight--;
      return timings();
    };
    await closedLoop(job, { concurrency: 3, rampMs: 10, windowMs: 10 }, noHooks);
    expect(Math.max(...seen)).toBe(3);
  });

  test.each([
    [undefined, 4],
    [20, 20],
  ])('counts jobs that end in its window, which stays open for %s of them', async (minJobs, expected) => {
    const job: Job = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return timings();
    };
    const loop = { concurrency: 4, rampMs: 20, windowMs: 1, ...(minJobs && { minJobs }) };
    const { done, windowMs } = await closedLoop(job, loop, noHooks);
    expect(done.length).toBeGreaterThanOrEqual(expected);
    expect(windowMs).toBeGreaterThan(0);
  });

  test('continues after a failure, and reports it', async () => {
    let started = 0;
    const job: Job = async () => {
      if (++started === 1) throw new Error(failure);
      await new Promise((resolve) => setTimeout(resolve, 1));
      return timings();
    };
    const result = await closedLoop(job, { concurrency: 1, rampMs: 1, windowMs: 1 }, noHooks);
    expect(result.failures).toEqual(['no soup for :id']);
    expect(result.done.length).toBeGreaterThan(0);
  });
});
