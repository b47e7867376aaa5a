/** The broker client against a real broker: what it promises when all is well, and when it is not. */
import { BrokerUnavailableError, RequestTimeoutError, ServiceFault, UnroutableError } from '../../lib/broker/errors';
import { toQueue } from '../../lib/broker/message';
import { maxAttempts } from '../../lib/broker/retries';
import { aGate } from '../fixtures/gate';
import { until } from '../fixtures/until';
import { aBroker, deadQueue, queue, type Body } from './fixtures/broker';

let broker: Awaited<ReturnType<typeof aBroker>>;
beforeAll(async () => {
  broker = await aBroker();
});
afterAll(() => broker.close());
afterEach(() => broker.clear());

const ask = (n: unknown, timeoutMs = 60_000) => broker.client.request(queue, { n }, { timeoutMs });
const double = async ({ n }: Body) => n * 2;

describe('a request', () => {
  test('gets its own reply, also among many at a time', async () => {
    await broker.worker(double);
    const numbers = Array.from({ length: 50 }, (_, n) => n);
    expect(await Promise.all(numbers.map((n) => ask(n)))).toEqual(numbers.map((n) => n * 2));
  });

  test('that nobody answers times out, and is gone from the queue then', async () => {
    const asked = ask(1, 5_000);
    const failed = expect(asked).rejects.toBeInstanceOf(RequestTimeoutError);
    await until('the request in the queue', async () => (await broker.waiting()) === 1);
    await failed;
    await until('an empty queue', async () => (await broker.waiting()) === 0);
  });

  test('to a queue that does not exist fails at once', async () => {
    await expect(broker.client.request('no-such-queue', {}, { timeoutMs: 60_000 })).rejects.toBeInstanceOf(
      UnroutableError,
    );
  });

  test.each([true, false])('that fails with a fault (retryable: %s) fails so for whoever asked', async (retryable) => {
    await broker.worker(async () => {
      throw new ServiceFault('no soup', retryable, 'NO_SOUP');
    });
    const err: unknown = await ask(1).catch((e: unknown) => e);
    expect(err).toBeInstanceOf(ServiceFault);
    expect(err).toMatchObject({ message: 'no soup', retryable, code: 'NO_SOUP' });
  });

  test('that fails with any other error may be repeated, and is told nothing of the inside', async () => {
    await broker.worker(async () => {
      throw new Error('database away');
    });
    await expect(ask(1)).rejects.toMatchObject({
      retryable: true,
      code: 'HANDLER_FAILED',
      message: 'the service failed; its log says why',
    });
  });

  test('that is malformed is answered so, and kept in the dead queue', async () => {
    await broker.worker(double);
    await expect(ask('one')).rejects.toMatchObject({ retryable: false, code: 'MALFORMED_MESSAGE' });
    expect(await broker.outsider.next(deadQueue)).toMatchObject({ body: { n: 'one' } });
  });

  test('whose caller gives up ends at once', async () => {
    const stop = new AbortController();
    const asked = broker.client.request(queue, { n: 1 }, { timeoutMs: 60_000, signal: stop.signal });
    stop.abort(new Error('given up'));
    await expect(asked).rejects.toThrow('given up');
  });
});

describe('a connection that is cut', () => {
  test("at the worker's side comes back with its consumer, and the message under way is handled again", async () => {
    const [inside, lost] = [aGate(), aGate()];
    let calls = 0;
    const worker = await broker.worker(async ({ n }) => {
      if (++calls > 1) return n * 2;
      inside.open();
      await lost.promise;
    });
    const asked = ask(21);
    await inside.promise;
    await broker.cut('worker consumes');
    expect(await asked.finally(() => lost.open())).toBe(42);
    expect(calls).toBe(2);
    await until('the worker is connected', () => worker.connected);
    expect(await ask(4)).toBe(8);
  });

  test("at the worker's side comes back at once able to bury what it is given again", async () => {
    const [inside, lost] = [aGate(), aGate()];
    let calls = 0;
    await broker.worker(async () => {
      if (++calls > 1) throw new ServiceFault('no such order', false, 'UNKNOWN_ORDER');
      inside.open();
      await lost.promise;
    });
    await broker.client.publish(toQueue(queue), { n: 1 });
    await inside.promise;
    await broker.cut('worker consumes');
    expect((await broker.outsider.next(deadQueue).finally(() => lost.open())).body).toEqual({ n: 1 });
    expect(calls).toBe(2);
  });

  test('on which the worker publishes costs no reply: the message is handled again when it is back', async () => {
    const [inside, lost] = [aGate(), aGate()];
    let calls = 0;
    const worker = await broker.worker(async ({ n }) => {
      calls += 1;
      inside.open();
      await lost.promise;
      return n * 2;
    });
    const asked = ask(21);
    await inside.promise;
    await broker.cut('worker publishes');
    await until('the worker knows', () => !worker.connected);
    lost.open();
    expect(await asked).toBe(42);
    expect(calls).toBe(2);
  });

  test("at the client's side fails what is under way as an absent broker, and comes back", async () => {
    const asked = ask(1, 60_000);
    const failed = expect(asked).rejects.toBeInstanceOf(BrokerUnavailableError);
    await until('the request in the queue', async () => (await broker.waiting()) === 1);
    await broker.cut('client publishes');
    await failed;
    await broker.worker(double);
    expect(await until('an answer', () => ask(3, 1_000).then(Number))).toBe(6);
  });
});

test('a client that is closed refuses what comes later at once', async () => {
  const worker = await broker.worker(double);
  await worker.close();
  await expect(worker.publish(toQueue(queue), { n: 1 })).rejects.toBeInstanceOf(BrokerUnavailableError);
  await expect(worker.request(queue, { n: 1 }, { timeoutMs: 60_000 })).rejects.toBeInstanceOf(BrokerUnavailableError);
});

describe('an event', () => {
  test('that fails is tried again until it succeeds', async () => {
    let failures = 2;
    const done = aGate();
    await broker.worker(async () => {
      if (failures-- > 0) throw new Error('database away');
      done.open();
    });
    await broker.client.publish(toQueue(queue), { n: 1 });
    await done.promise;
    expect(failures).toBe(-1);
  });

  test('that has failed too often goes to the dead queue with its count and the reason', async () => {
    await broker.worker(async () => {
      throw new Error('database away');
    });
    broker.sendWithHeaders({ n: 1 }, { 'x-attempts': maxAttempts - 1 });
    const { body, headers } = await broker.outsider.next(deadQueue);
    expect(body).toEqual({ n: 1 });
    expect(headers).toMatchObject({
      'x-attempts': maxAttempts,
      'x-queue': queue,
      'x-reason': 'HANDLER_FAILED: database away',
    });
  });

  test('over which the consumer is lost again and again goes to the dead queue', async () => {
    const begun = aGate();
    const ended = aGate();
    await broker.worker(async () => {
      begun.open();
      await ended.promise; // as long as the test looks, like a process that is killed over it
    });
    broker.sendWithHeaders({ n: 1 }, { 'x-attempts': maxAttempts - 1 });
    await begun.promise;
    await broker.cut('worker consumes');
    const { body, headers } = await broker.outsider.next(deadQueue);
    expect(body).toEqual({ n: 1 });
    ended.open();
    expect(headers['x-attempts']).toBe(maxAttempts);
    expect(headers['x-reason']).toMatch(/^CONSUMER_LOST: /);
  });

  test('that no repeat can mend goes to the dead queue at the first attempt', async () => {
    await broker.worker(async () => {
      throw new ServiceFault('no such order', false, 'UNKNOWN_ORDER');
    });
    await broker.client.publish(toQueue(queue), { n: 1 });
    const { headers } = await broker.outsider.next(deadQueue);
    expect(headers).toMatchObject({ 'x-attempts': 1, 'x-reason': 'UNKNOWN_ORDER: no such order' });
  });

  test.each([
    ['no JSON', 'soup', 'soup', /^not JSON: /],
    ['of another form', '{"n":"1"}', { n: '1' }, /^n: not a number$/],
  ])('that is %s goes to the dead queue with the reason, and the next one is handled', async (_w, text, body, why) => {
    await broker.worker(double);
    broker.outsider.send(queue, text);
    const dead = await broker.outsider.next(deadQueue);
    expect(dead.body).toEqual(body);
    expect(dead.headers['x-reason']).toMatch(why);
    expect(await ask(2)).toBe(4);
  });

  test('of an old program is adopted, a request of ours is handled', async () => {
    const adopted: Body[] = [];
    await broker.worker(double, async (body) => void adopted.push(body));
    broker.outsider.send(queue, '{"n":7}');
    await until('the adoption', () => adopted.length === 1);
    expect(await ask(2)).toBe(4);
    expect(adopted).toEqual([{ n: 7 }]);
  });
});

test('a worker that is closed finishes what it has begun and leaves the rest in the queue', async () => {
  const gate = aGate();
  const begun: number[] = [];
  const worker = await broker.worker(async ({ n }) => {
    begun.push(n);
    await gate.promise;
    return n;
  });
  const asked = [1, 2, 3, 4, 5, 6].map((n) => ask(n)); // one more than it takes at a time
  await until('as many as it takes at a time', () => begun.length === 5);
  const closed = worker.close();
  await until('the sixth is left to others', async () => (await broker.waiting()) === 1);
  gate.open();
  await closed;
  expect(await Promise.all(asked.slice(0, 5))).toEqual([1, 2, 3, 4, 5]);
  await broker.worker(double);
  expect(await asked[5]).toBe(12);
});
