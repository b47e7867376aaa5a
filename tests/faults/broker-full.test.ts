/** The broker client while RabbitMQ has an alarm, and reads nothing from whoever publishes; or while it hangs. */
import type { Broker } from '../../lib/broker/broker';
import { BrokerAwayError, ServiceFault } from '../../lib/broker/errors';
import { toQueue } from '../../lib/broker/destination';
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

/** A handler that holds what it is given until `goOn`, and then fails; and what it was called with. */
function aHeldHandler() {
  const calls: number[] = [];
  let goOn = (): void => undefined;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const handle = async ({ n }: Body): Promise<unknown> => {
    calls.push(n);
    await gate;
    return refuse();
  };
  return { calls, gate, handle, goOn: () => goOn() };
}

/** The alarm is on, and this client knows: it has tried to publish. The broker may take that later. */
async function full(client: Broker): Promise<void> {
  await system.alarm(true);
  await expect(client.publish(toQueue(queue), { n: 0 })).rejects.toThrow('the broker is blocked');
}

describe('while the broker is full', () => {
  test('whoever publishes or asks is told so at once, and is served again afterwards', async () => {
    await full(broker.client);
    await expect(broker.client.publish(toQueue(queue), { n: 1 })).rejects.toBeInstanceOf(BrokerAwayError);
    const asked = broker.client.request(queue, { n: 1 }, { timeoutMs: 3_600_000 });
    await expect(asked).rejects.toBeInstanceOf(BrokerAwayError);
    await system.alarm(false);
    await until('a message is taken', () => broker.client.publish(toQueue(queue), { n: 1 }).then(() => true));
    expect(broker.logged('broker-lost')).toBe(0);
  });

  test('a connection that comes while it is full sets itself up, and goes on afterwards', async () => {
    await system.alarm(true);
    const worker = await broker.worker(async ({ n }) => n * 2);
    expect(worker.connected).toBe(true);
    await system.alarm(false);
    expect(await broker.client.request(queue, { n: 4 }, { timeoutMs: 30_000 })).toBe(8);
  });

  test('a worker that comes while it is full and finds requests consumes every queue, and answers them afterwards', async () => {
    const asked = [1, 2, 3].map((n) => broker.client.request(queue, { n }, { timeoutMs: 60_000 }));
    await until('they wait', async () => (await broker.waiting()) === 3);
    await system.alarm(true);
    await broker.worker(async ({ n }) => n * 2);
    await until('it has been told, when it answered', () => broker.logged('broker-blocked') > 0);
    await system.alarm(false);
    expect(await Promise.all(asked)).toEqual([2, 4, 6]);
    expect(broker.logged('broker-lost')).toBe(0);
  });

  test('events that have nothing to publish are done meanwhile', async () => {
    const many = Array.from({ length: 20 }, (_, at) => at + 1); // four times as many as are given at a time
    for (const n of many) broker.sendWithHeaders({ n }, {});
    await until('they wait', async () => (await broker.waiting()) === many.length);
    const { calls, gate, goOn } = aHeldHandler();
    const worker = await broker.worker(async ({ n }) => {
      calls.push(n);
      await gate;
    });
    await full(worker);
    goOn();
    await until('all are done', () => calls.length === many.length);
    expect(broker.logged('broker-unblocked')).toBe(0);
    expect(calls.sort((a, b) => a - b)).toEqual(many);
  });

  test('events that cannot be put elsewhere wait without a reconnection, and no attempt is counted for it', async () => {
    const { calls, handle, goOn } = aHeldHandler();
    const worker = await broker.worker(handle);
    for (const n of [1, 2]) broker.sendWithHeaders({ n }, {});
    await until('both are under way', () => calls.length === 2);
    await full(worker);
    goOn();
    await until('neither can be buried', () => broker.logged('message-unsettled') === 2);
    await system.alarm(false);

    const letters = [await broker.outsider.next(deadQueue), await broker.outsider.next(deadQueue)];
    const third = await broker.outsider.next(deadQueue); // what `full` had sent
    expect([...letters, third].map(({ body }) => (body as Body).n).sort()).toEqual([0, 1, 2]);
    for (const { headers } of letters) expect(headers['x-attempts']).toBe(1);
    expect(calls.sort()).toEqual([0, 1, 1, 2, 2]); // once when it was full, once when it was not
    expect(await broker.waiting(deadQueue)).toBe(0);
    expect(await broker.waiting(retryQueue)).toBe(0);
    expect(broker.logged('broker-lost')).toBe(0);
  });

  test('a copy that was on its way when it became full arrives once', async () => {
    const { calls, handle, goOn } = aHeldHandler();
    await broker.worker(handle);
    broker.sendWithHeaders({ n: 1 }, {});
    await until('it is under way', () => calls.length === 1);
    await system.alarm(true);
    goOn(); // the first thing that this connection publishes
    await until('the worker knows', () => broker.logged('broker-blocked') === 1);
    await system.alarm(false);
    expect((await broker.outsider.next(deadQueue)).headers['x-attempts']).toBe(1);
    expect(await broker.waiting(deadQueue)).toBe(0);
    expect(calls).toEqual([1]);
  });

  test('old messages whose adoption cannot be published wait, a few here and the rest there, each adopted once afterwards', async () => {
    const { calls, gate, goOn } = aHeldHandler();
    const worker: Broker = await broker.worker(refuse, async ({ n }) => {
      calls.push(n);
      await gate;
      await worker.publish(toQueue(deadQueue), { n });
    });
    for (const n of [1, 2, 3, 4, 5, 6, 7]) broker.outsider.send(queue, JSON.stringify({ n }));
    await until('as many are under way as it takes at a time', () => calls.length === 5);
    await full(worker);
    goOn();
    await until('none of them can be adopted', () => broker.logged('message-unsettled') === 5);
    expect(await broker.waiting()).toBe(2);
    await system.alarm(false);

    const adopted: number[] = [];
    while (adopted.length < 8) {
      const { body, headers } = await broker.outsider.next(deadQueue);
      expect(headers).toEqual({}); // not buried: put there by `adopt`
      adopted.push((body as Body).n);
    }
    expect(adopted.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]); // 0 is what `full` had sent
    expect(calls.sort()).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7]);
    expect(broker.logged('message-failed')).toBe(0);
    expect(broker.logged('broker-lost')).toBe(0);
  });

  test('a worker that is stopped does not wait for it, and another one gets what it had afterwards', async () => {
    const { calls, handle, goOn } = aHeldHandler();
    const worker = await broker.worker(handle);
    broker.sendWithHeaders({ n: 1 }, {});
    await until('it is under way', () => calls.length === 1);
    await full(worker);
    goOn();
    await until('it cannot be buried', () => broker.logged('message-unsettled') === 1);
    await worker.close();
    await broker.worker(refuse);
    await system.alarm(false);
    const letters = [await broker.outsider.next(deadQueue), await broker.outsider.next(deadQueue)];
    expect(letters.map(({ body }) => (body as Body).n).sort()).toEqual([0, 1]);
  });
});

test('a broker that neither confirms nor ends is taken for absent after a while, and served again when it goes on', async () => {
  await system.whileFrozen('rabbitmq', async () => {
    await expect(broker.client.publish(toQueue(queue), { n: 1 })).rejects.toThrow('did not confirm within 10000 ms');
  });
  await until('a message is taken', () => broker.client.publish(toQueue(queue), { n: 2 }).then(() => true));
});
