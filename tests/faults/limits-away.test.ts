/** Rate limits while the Redis that shares them is down or hangs. */
import { randomUUID } from 'node:crypto';
import { createLog } from '../../lib/logging/log';
import { openRateLimits, type RateLimits } from '../../lib/redis/rate-limits';
import { until } from '../fixtures/until';
import { ownServers, removeSystem, type OwnSystem } from './fixtures/own-system';

jest.setTimeout(150_000); // a server starts slowly on a busy machine

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

/** What two instances have left for a caller, after one request at each. */
async function left(): Promise<number[]> {
  const caller = randomUUID();
  const remaining: number[] = [];
  for (const limits of instances) remaining.push((await limits.limit('reads', 10, 600).take(caller)).remaining);
  return remaining;
}
const together = () => until('the instances count together', async () => (await left()).join() === '9,8');

/** 20 requests, one after the other, in less than 1 s: none waits for Redis. */
async function countSeparatelyAndAtOnce(): Promise<void> {
  await until('each instance counts on its own', async () => (await left()).join() === '9,9');
  const began = performance.now();
  for (let n = 0; n < 10; n++) expect(await left()).toEqual([9, 9]);
  expect(performance.now() - began).toBeLessThan(1_000);
}

test('each process counts on its own, without a delay, while Redis is stopped, and they share again afterwards', async () => {
  await together();
  await system.stop('redis');
  await countSeparatelyAndAtOnce();
  await system.start('redis');
  await together();
});

test('each process counts on its own, without a delay, while Redis hangs, and they share again afterwards', async () => {
  await together();
  await system.whileFrozen('redis', countSeparatelyAndAtOnce);
  await together();
});
