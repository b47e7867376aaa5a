/** Failing events: they are retried without delaying others, and keep their history. */
import { ServiceFault } from '../../lib/broker/errors';
import { toQueue } from '../../lib/broker/message';
import { until } from '../fixtures/until';
import { aBroker, deadQueue, queue, retryQueue, type Body } from './fixtures/broker';

let broker: Awaited<ReturnType<typeof aBroker>>;
beforeAll(async () => {
  broker = await aBroker();
});
afterAll(() => broker.close());
afterEach(() => broker.clear());

/** After so many attempts, the next retry is due later than any test ends. */
const notDueSoon = { 'x-attempts': 10 };

/** The number of events in the work queue and the retry queue. */
const left = async (): Promise<number> => (await broker.waiting(retryQueue)) + (await broker.waiting());

/** A handler that fails for these numbers, and the numbers that it was called with. */
function failingFor(poison: number[]) {
  const calls: number[] = [];
  const handle = async ({ n }: Body): Promise<void> => {
    calls.push(n);
    if (poison.includes(n)) throw new Error('poison');
  };
  return { calls, handle };
}

test('more events than the prefetch that wait for a retry do not delay the next event', async () => {
  const poison = Array.from({ length: 20 }, (_, n) => n);
  const { calls, handle } = failingFor(poison);
  for (const n of poison) broker.sendWithHeaders({ n }, notDueSoon);
  broker.sendWithHeaders({ n: 100 }, {});
  await broker.worker(handle);
  await until('the good event', () => calls.includes(100));
  expect(calls.sort((a, b) => a - b)).toEqual([...poison, 100]); // no retry yet
});

test('an event that waits for a retry survives the stop of its consumer, and is not retried early', async () => {
  const { calls, handle } = failingFor([1, 2]);
  const worker = await broker.worker(handle);
  broker.sendWithHeaders({ n: 1 }, notDueSoon);
  broker.sendWithHeaders({ n: 2 }, {});
  await until('a second attempt at the event that is due soon', () => calls.filter((n) => n === 2).length >= 2);
  await worker.close();
  expect(calls.filter((n) => n === 1)).toHaveLength(1);
  await until('both in their queues', async () => (await left()) === 2);
  expect(await broker.waiting(retryQueue)).toBeGreaterThan(0); // the event that is not due still waits
});

test('an event that waits for a retry is not duplicated by a lost connection', async () => {
  const { calls, handle } = failingFor([1]);
  const worker = await broker.worker(handle);
  broker.sendWithHeaders({ n: 1 }, notDueSoon);
  await until('the first attempt', () => calls.length === 1);
  await until('the consumer to hold it', async () => (await broker.waiting(retryQueue)) === 0);
  await broker.cut('worker consumes');
  broker.sendWithHeaders({ n: 2 }, {});
  await until('the consumer to be back', () => calls.includes(2));
  await worker.close();
  await until('the event in its queue', async () => (await left()) > 0);
  expect(await left()).toBe(1);
});

test('an event whose attempt fails after the connection was lost is retried once, not twice', async () => {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  let calls = 0;
  const worker = await broker.worker(async () => {
    if (++calls > 1) return;
    await held;
    throw new Error('too late');
  });
  await broker.client.publish(toQueue(queue), { n: 1 });
  await until('the first attempt', () => calls === 1);
  await broker.cut('worker consumes');
  await until('the second attempt', () => calls === 2);
  letGo();
  await worker.close();
  expect(calls).toBe(2);
  expect(await left()).toBe(0);
});

describe('a dead letter', () => {
  test('has the time and the reason of its first and its last failure', async () => {
    let attempt = 0;
    await broker.worker(async () => {
      attempt += 1;
      throw attempt === 1
        ? new Error('database unavailable')
        : new ServiceFault('no such order', false, 'UNKNOWN_ORDER');
    });
    await broker.client.publish(toQueue(queue), { n: 1 });
    const { headers } = await broker.outsider.next(deadQueue);
    expect(headers).toMatchObject({
      'x-attempts': 2,
      'x-queue': queue,
      'x-first-reason': 'HANDLER_FAILED: database unavailable',
      'x-reason': 'UNKNOWN_ORDER: no such order',
    });
    expect(Date.parse(String(headers['x-first-failed-at']))).toBeLessThan(Date.parse(String(headers['x-died-at'])));
    expect(headers).not.toHaveProperty('x-retry-at');
  });

  test('keeps the properties of the message over all attempts, and its app_id in a header', async () => {
    let attempt = 0;
    await broker.worker(async () => {
      attempt += 1;
      throw new ServiceFault('no soup', attempt === 1, 'NO_SOUP');
    });
    const properties = {
      messageId: 'm-1',
      correlationId: 'c-1',
      type: 'order',
      contentType: 'text/json',
      contentEncoding: 'identity',
      timestamp: 1_700_000_000,
      priority: 3,
    };
    const headers = { tenant: 'north', 'x-app-id': 'made up', 'x-first-reason': 'made up' };
    broker.sendWith('{"n":1}', { ...properties, appId: 'old-program', replyTo: 'somewhere', headers });
    const dead = await until('the dead letter', () => broker.get(deadQueue));
    expect(dead.properties).toMatchObject({ ...properties, replyTo: undefined, expiration: undefined });
    expect(dead.properties.headers).toMatchObject({
      tenant: 'north',
      'x-attempts': 2,
      'x-app-id': 'old-program',
      'x-first-reason': 'NO_SOUP: no soup',
    });
  });
});
