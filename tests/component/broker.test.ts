/** The broker client against a real broker: requests, events, and lost connections. */
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
  test('gets its own reply among many concurrent ones', async () => {
    await broker.worker(double);
    const numbers = Array.from({ length: 50 }, (_, n) => n);
    expect(await Promise.all(numbers.map((n) => ask(n)))).toEqual(numbers.map((n) => n * 2));
  });

  test('that no consumer answers times out, and is then gone from the queue', async () => {
    const asked = ask(1, 1_500);
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

  test.each([true, false])(
    'whose handler throws a ServiceFault (retryable: %s) rejects with that fault',
    async (retryable) => {
      await broker.worker(async () => {
        throw new ServiceFault('no soup', retryable, 'NO_SOUP');
      });
      const error: unknown = await ask(1).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ServiceFault);
      expect(error).toMatchObject({ message: 'no soup', retryable, code: 'NO_SOUP' });
    },
  );

  test('whose handler throws any other error rejects as retryable, without internal details', async () => {
    await broker.worker(async () => {
      throw new Error('database unavailable');
    });
    await expect(ask(1)).rejects.toMatchObject({
      retryable: true,
      code: 'HANDLER_FAILED',
      message: 'the service failed; its log says why',
    });
  });

  test('that is malformed rejects with MALFORMED_MESSAGE and is dead-lettered', async () => {
    await broker.worker(double);
    await expect(ask('one')).rejects.toMatchObject({ retryable: false, code: 'MALFORMED_MESSAGE' });
    expect(await broker.outsider.next(deadQueue)).toMatchObject({ body: { n: 'one' } });
  });

  test('that its caller aborts rejects at once', async () => {
    const stop = new AbortController();
    const asked = broker.client.request(queue, { n: 1 }, { timeoutMs: 60_000, signal: stop.signal });
    stop.abort(new Error('aborted'));
    await expect(asked).rejects.toThrow('aborted');
  });
});

describe('a lost connection', () => {
  test('of a worker recovers with its consumer, and the message in flight is handled again', async () => {
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

  test('of a worker recovers, and a redelivered message can be dead-lettered at once', async () => {
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

  test('on which a worker publishes loses no reply: the message is handled again after the reconnect', async () => {
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
    await until('the worker notices', () => !worker.connected);
    lost.open();
    expect(await asked).toBe(42);
    expect(calls).toBe(2);
  });

  test('of a client rejects its requests in flight with BrokerUnavailableError, and recovers', async () => {
    const asked = ask(1, 60_000);
    const failed = expect(asked).rejects.toBeInstanceOf(BrokerUnavailableError);
    await until('the request in the queue', async () => (await broker.waiting()) === 1);
    await broker.cut('client publishes');
    await failed;
    await broker.worker(double);
    expect(await until('an answer', () => ask(3, 1_000).then(Number))).toBe(6);
  });
});

test('a closed client rejects at once', async () => {
  const worker = await broker.worker(double);
  await worker.close();
  await expect(worker.publish(toQueue(queue), { n: 1 })).rejects.toBeInstanceOf(BrokerUnavailableError);
  await expect(worker.request(queue, { n: 1 }, { timeoutMs: 60_000 })).rejects.toBeInstanceOf(BrokerUnavailableError);
});

describe('an event', () => {
  test('that fails is retried until it succeeds', async () => {
    let failures = 2;
    const done = aGate();
    await broker.worker(async () => {
      if (failures-- > 0) throw new Error('database unavailable');
      done.open();
    });
    await broker.client.publish(toQueue(queue), { n: 1 });
    await done.promise;
    expect(failures).toBe(-1);
  });

  test('that fails at its last attempt is dead-lettered with the count and the reason', async () => {
    await broker.worker(async () => {
      throw new Error('database unavailable');
    });
    broker.sendWithHeaders({ n: 1 }, { 'x-attempts': maxAttempts - 1 });
    const { body, headers } = await broker.outsider.next(deadQueue);
    expect(body).toEqual({ n: 1 });
    expect(headers).toMatchObject({
      'x-attempts': maxAttempts,
      'x-queue': queue,
      'x-reason': 'HANDLER_FAILED: database unavailable',
    });
  });

  test('that loses its consumer at its last attempt is dead-lettered', async () => {
    const begun = aGate();
    const ended = aGate();
    await broker.worker(async () => {
      begun.open();
      await ended.promise; // until the test has looked, like a process that is killed while it handles the event
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

  test('that fails permanently is dead-lettered at the first attempt', async () => {
    await broker.worker(async () => {
      throw new ServiceFault('no such order', false, 'UNKNOWN_ORDER');
    });
    await broker.client.publish(toQueue(queue), { n: 1 });
    const { headers } = await broker.outsider.next(deadQueue);
    expect(headers).toMatchObject({ 'x-attempts': 1, 'x-reason': 'UNKNOWN_ORDER: no such order' });
  });

  test.each([
    ['not JSON', 'soup', 'soup', /^not JSON: /],
    ['not of the schema', '{"n":"1"}', { n: '1' }, /^n: not a number$/],
  ])('that is %s is dead-lettered with the reason, and the next message is handled', async (_w, text, body, why) => {
    await broker.worker(double);
    broker.outsider.send(queue, text);
    const dead = await broker.outsider.next(deadQueue);
    expect(dead.body).toEqual(body);
    expect(dead.headers['x-reason']).toMatch(why);
    expect(await ask(2)).toBe(4);
  });

  test('of an old program is adopted, while our request is handled', async () => {
    const adopted: Body[] = [];
    await broker.worker(double, async (body) => void adopted.push(body));
    broker.outsider.send(queue, '{"n":7}');
    await until('the adoption', () => adopted.length === 1);
    expect(await ask(2)).toBe(4);
    expect(adopted).toEqual([{ n: 7 }]);
  });
});

test('a worker that closes finishes its messages in flight and leaves the rest in the queue', async () => {
  const gate = aGate();
  const begun: number[] = [];
  const worker = await broker.worker(async ({ n }) => {
    begun.push(n);
    await gate.promise;
    return n;
  });
  const asked = [1, 2, 3, 4, 5, 6].map((n) => ask(n)); // one more than its prefetch
  await until('the worker is at its prefetch', () => begun.length === 5);
  const closed = worker.close();
  await until('the sixth is back in the queue', async () => (await broker.waiting()) === 1);
  gate.open();
  await closed;
  expect(await Promise.all(asked.slice(0, 5))).toEqual([1, 2, 3, 4, 5]);
  await broker.worker(double);
  expect(await asked[5]).toBe(12);
});
