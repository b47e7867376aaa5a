import { closedLoop } from './closed-loop';
import type { Timings } from './job';
import { dueTimes, openLoop } from './open-loop';

/** The hooks of a window that nobody looks at. */
const unseen = { opened: () => undefined, closed: () => undefined };

describe('an open loop', () => {
  test('has its jobs due at a fixed rate', () => {
    expect(dueTimes(4, 1_000)).toEqual([0, 250, 500, 750]);
  });

  test('begins each job though none before it has ended, and tells it when it was due', async () => {
    const dues: number[] = [];
    let endAll = (): void => undefined;
    const end = new Promise<void>((resolve) => (endAll = resolve));
    const result = await openLoop(
      async (dueAt): Promise<Timings> => {
        dues.push(dueAt);
        await end;
        return { whole: 1 };
      },
      { perSecond: 100, rampMs: 0, windowMs: 100 },
      { opened: () => undefined, closed: () => endAll() },
    );
    expect(result.done).toHaveLength(10);
    const gaps = dues.slice(1).map((due, at) => due - (dues[at] ?? 0));
    for (const gap of gaps) expect(gap).toBeCloseTo(10, 6);
  });

  test('counts the time that the driver itself was late: a job is due before it begins', async () => {
    const late: number[] = [];
    const block = (ms: number): void => {
      for (const until = performance.now() + ms; performance.now() < until;);
    };
    await openLoop(
      async (dueAt) => {
        late.push(performance.now() - dueAt);
        if (late.length === 1) block(50);
        return {};
      },
      { perSecond: 100, rampMs: 0, windowMs: 30 },
      unseen,
    );
    expect(late[1]).toBeGreaterThan(30); // due 10 ms after a job that has held everything up for 50
  });

  test('leaves out what was due before its window, and names what failed', async () => {
    let begun = 0;
    const result = await openLoop(
      async () => {
        if (++begun === 4) throw new Error('no soup today');
        return { whole: begun };
      },
      { perSecond: 100, rampMs: 20, windowMs: 20 },
      unseen,
    );
    expect(result).toMatchObject({ done: [{ whole: 3 }], failures: ['no soup today'] });
  });
});

describe('a closed loop', () => {
  test('has so many jobs under way at any time, and no more', async () => {
    let underWay = 0;
    const seen = new Set<number>();
    const job = async (): Promise<Timings> => {
      seen.add(++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return {};
    };
    await closedLoop(job, { concurrency: 3, rampMs: 10, windowMs: 10 }, unseen);
    expect(Math.max(...seen)).toBe(3);
  });

  test('counts only what ends in its window, which stays open until as many have ended as are under way', async () => {
    let opened = false;
    const job = async (): Promise<Timings> => {
      const early = !opened;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { early: Number(early) };
    };
    const hooks = { opened: () => void (opened = true), closed: () => undefined };
    const { done, windowMs } = await closedLoop(job, { concurrency: 4, rampMs: 20, windowMs: 1 }, hooks);
    expect(done.length).toBeGreaterThanOrEqual(4);
    expect(windowMs).toBeGreaterThan(0);
  });

  test('goes on after a failure and names it', async () => {
    let failures = 0;
    const job = async (): Promise<Timings> => {
      if (failures++ === 0) throw new Error('no soup today');
      await new Promise((resolve) => setTimeout(resolve, 1));
      return {};
    };
    const result = await closedLoop(job, { concurrency: 1, rampMs: 1, windowMs: 1 }, unseen);
    expect(result.failures).toEqual(['no soup today']);
    expect(result.done.length).toBeGreaterThan(0);
  });
});
