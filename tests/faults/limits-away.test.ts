/** The limits of requests while the Redis that they are shared through comes and goes. */
import { randomUUID } from 'node:crypto';
import { createLog } from '../../lib/logging/log';
import { openRateLimits, type RateLimits } from '../../lib/redis/rate-limits';
import { until } from '../fixtures/until';
import { ownServers, removeSystem, type OwnSystem } from './fixtures/own-system';

jest.setTimeout(150_000); // a server takes its time to start on a busy machine

let system: OwnSystem;
let instances: RateLimits[];
beforeAll(async () => {
  system = await ownServers('redis');
  const prefix = randomUUID();
  instances = [1, 2].map(() => openRateLimits(process.env.REDIS_URL ?? '', createLog('test', 'silent'), { prefix }));
}, 150_000);
afterAll(async () => {
  for (const limits of instances) limits.close();
  await removeSystem();
});

/** What two instances have left for a caller whom each of them has seen once. */
async function left(): Promise<number[]> {
  const caller = randomUUID();
  const remaining: number[] = [];
  for (const limits of instances) remaining.push((await limits.limit('reads', 10, 600).take(caller)).remaining);
  return remaining;
}
const together = () => until('they count together', async () => (await left()).join() === '9,8');

/** Requests one after the other: 20 that wait a tenth of a second each would take two. */
async function areCountedApartAndAtOnce(): Promise<void> {
  await until('they count each for itself', async () => (await left()).join() === '9,9');
  const began = performance.now();
  for (let n = 0; n < 10; n++) expect(await left()).toEqual([9, 9]);
  expect(performance.now() - began).toBeLessThan(1_000);
}

test('are those of each process while it is stopped, at once, and shared again afterwards', async () => {
  await together();
  await system.stop('redis');
  await areCountedApartAndAtOnce();
  await system.start('redis');
  await together();
});

test('are those of each process while it hangs, at once, and shared again afterwards', async () => {
  await together();
  await system.whileFrozen('redis', areCountedApartAndAtOnce);
  await together();
});
