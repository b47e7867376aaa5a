/** The broker client while RabbitMQ has an alarm and reads nothing from publishers, or hangs. */
import type { Broker } from '../../lib/broker/broker';
import { BrokerUnavailableError, ServiceFault } from '../../lib/broker/errors';
import { toQueue } from '../../lib/broker/message';
import { until } from '../fixtures/until';
import { aBroker, deadQueue, queue, retryQueue, type Body } from '../component/fixtures/broker';
import { ownServers, removeSystem, type OwnSystem } from './fixtures/own-system';

let system: OwnSystem;
let broker: Awaited<ReturnType<typeof aBroker>>;
beforeAll(async () => {
  system = await ownServers('rabbitmq');
  broker = await aBroker();
}, 150_000);
afterAll(async () => {
  await broker.close();
  await removeSystem();
});
afterEach(async () => {
  await system.alarm(false);
  await broker.clear();
});

const refuse = async (): Promise<never> => {
  throw new ServiceFault('no such order', false, 'UNKNOWN_ORDER');
};

/** A handler that holds its messages until `release`, and then fails; and what it was called with. */
function aHeldHandler() {
  const calls: number[] = [];
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const handle = async ({ n }: Body): Promise<unknown> => {
    calls.push(n);
    await gate;
    return refuse();
  };
  return { calls, gate, handle, release: () => release() };
}

/** Resolves when the alarm is on and this client has noticed, by a publish. The broker may accept that message later. */
async function full(client: Broker): Promise<void> {
  await system.alarm(true);
  await expect(client.publish(toQueue(queue), { n: 0 })).rejects.toThrow('the broker is blocked');
}

describe('while the broker is full', () => {
  test('a publish or a request fails at once, and succeeds again afterwards', async () => {
    await full(broker.client);
    await expect(broker.client.publish(toQueue(queue), { n: 1 })).rejects.toBeInstanceOf(BrokerUnavailableError);
    const asked = broker.client.request(queue, { n: 1 }, { timeoutMs: 3_600_000 });
    await expect(asked).rejects.toBeInstanceOf(BrokerUnavailableError);
    await system.alarm(false);
    await until('a publish is confirmed', () => broker.client.publish(toQueue(queue), { n: 1 }).then(() => true));
    expect(broker.logged('broker-lost')).toBe(0);
  });

  test('a new connection is set up, and works afterwards', async () => {
    await system.alarm(true);
    const worker = await broker.worker(async ({ n }) => n * 2);
    expect(worker.connected).toBe(true);
    await system.alarm(false);
    expect(await broker.client.request(queue, { n: 4 }, { timeoutMs: 30_000 })).toBe(8);
  });

  test('a new worker consumes the requests that it finds, and answers them afterwards', async () => {
    const asked = [1, 2, 3].map((n) => broker.client.request(queue, { n }, { timeoutMs: 60_000 }));
    await until('all are queued', async () => (await broker.waiting()) === 3);
    await system.alarm(true);
    await broker.worker(async ({ n }) => n * 2);
    await until('its answer was blocked', () => broker.logged('broker-blocked') > 0);
    await system.alarm(false);
    expect(await Promise.all(asked)).toEqual([2, 4, 6]);
    expect(broker.logged('broker-lost')).toBe(0);
  });

  test('events whose handlers publish nothing are handled', async () => {
    const many = Array.from({ length: 20 }, (_, at) => at + 1); // four times as many as are given at a time
    for (const n of many) broker.sendWithHeaders({ n }, {});
    await until('all are queued', async () => (await broker.waiting()) === many.length);
    const { calls, gate, release } = aHeldHandler();
    const worker = await broker.worker(async ({ n }) => {
      calls.push(n);
      await gate;
    });
    await full(worker);
    release();
    await until('all are handled', () => calls.length === many.length);
    expect(broker.logged('broker-unblocked')).toBe(0);
    expect(calls.sort((a, b) => a - b)).toEqual(many);
  });

  test('events that cannot be dead-lettered wait, without a reconnection and without counting an attempt', async () => {
    const { calls, handle, release } = aHeldHandler();
    const worker = await broker.worker(handle);
    for (const n of [1, 2]) broker.sendWithHeaders({ n }, {});
    await until('both are being handled', () => calls.length === 2);
    await full(worker);
    release();
    await until('neither can be dead-lettered', () => broker.logged('message-unsettled') === 2);
    await system.alarm(false);

    const letters = [await broker.outsider.next(deadQueue), await broker.outsider.next(deadQueue)];
    const third = await broker.outsider.next(deadQueue); // sent by `full`
    expect([...letters, third].map(({ body }) => (body as Body).n).sort()).toEqual([0, 1, 2]);
    for (const { headers } of letters) expect(headers['x-attempts']).toBe(1);
    expect(calls.sort()).toEqual([0, 1, 1, 2, 2]); // once while it was full, once after
    expect(await broker.waiting(deadQueue)).toBe(0);
    expect(await broker.waiting(retryQueue)).toBe(0);
    expect(broker.logged('broker-lost')).toBe(0);
  });

  test('a copy in flight when it became full arrives once', async () => {
    const { calls, handle, release } = aHeldHandler();
    await broker.worker(handle);
    broker.sendWithHeaders({ n: 1 }, {});
    await until('it is being handled', () => calls.length === 1);
    await system.alarm(true);
    release(); // this connection's first publish
    await until('the worker is blocked', () => broker.logged('broker-blocked') === 1);
    await system.alarm(false);
    expect((await broker.outsider.next(deadQueue)).headers['x-attempts']).toBe(1);
    expect(await broker.waiting(deadQueue)).toBe(0);
    expect(calls).toEqual([1]);
  });

  test('old messages whose adoption cannot be published wait, some at the worker and the rest queued, and each is adopted once afterwards', async () => {
    const { calls, gate, release } = aHeldHandler();
    const worker: Broker = await broker.worker(refuse, async ({ n }) => {
      calls.push(n);
      await gate;
      await worker.publish(toQueue(deadQueue), { n });
    });
    for (const n of [1, 2, 3, 4, 5, 6, 7]) broker.outsider.send(queue, JSON.stringify({ n }));
    await until('the worker has as many as it handles at a time', () => calls.length === 5);
    await full(worker);
    release();
    await until('none of them can be adopted', () => broker.logged('message-unsettled') === 5);
    expect(await broker.waiting()).toBe(2);
    await system.alarm(false);

    const adopted: number[] = [];
    while (adopted.length < 8) {
      const { body, headers } = await broker.outsider.next(deadQueue);
      expect(headers).toEqual({}); // not dead-lettered, but published by the adoption
      adopted.push((body as Body).n);
    }
    expect(adopted.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]); // 0 was sent by `full`
    expect(calls.sort()).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7]);
    expect(broker.logged('message-failed')).toBe(0);
    expect(broker.logged('broker-lost')).toBe(0);
  });

  test('a worker that is stopped does not wait for it, and another worker gets its messages afterwards', async () => {
    const { calls, handle, release } = aHeldHandler();
    const worker = await broker.worker(handle);
    broker.sendWithHeaders({ n: 1 }, {});
    await until('it is being handled', () => calls.length === 1);
    await full(worker);
    release();
    await until('it cannot be dead-lettered', () => broker.logged('message-unsettled') === 1);
    await worker.close();
    await broker.worker(refuse);
    await system.alarm(false);
    const letters = [await broker.outsider.next(deadQueue), await broker.outsider.next(deadQueue)];
    expect(letters.map(({ body }) => (body as Body).n).sort()).toEqual([0, 1]);
  });
});

test('a broker that hangs counts as unavailable after 10 s, and is used again when it continues', async () => {
  await system.whileFrozen('rabbitmq', async () => {
    await expect(broker.client.publish(toQueue(queue), { n: 1 })).rejects.toThrow('did not confirm within 10000 ms');
  });
  await until('a publish is confirmed', () => broker.client.publish(toQueue(queue), { n: 2 }).then(() => true));
});
