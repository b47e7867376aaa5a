/** The broker client's metrics, against a real broker: each outcome of a message and of a request. */
import { BrokerUnavailableError, ServiceFault } from '../../lib/broker/errors';
import { toQueue } from '../../lib/broker/message';
import type { Broker } from '../../lib/broker/broker';
import { until } from '../fixtures/until';
import { aBroker, deadQueue, queue, retryQueue, type Body } from './fixtures/broker';

let broker: Awaited<ReturnType<typeof aBroker>>;
beforeEach(async () => {
  broker = await aBroker();
});
afterEach(() => broker.close());

const ask = (n: unknown, timeoutMs = 60_000) => broker.client.request(queue, { n }, { timeoutMs });
const double = async ({ n }: Body) => n * 2;
const fails = async (): Promise<never> => {
  throw new ServiceFault('no soup', true, 'NO_SOUP');
};

const messages = async (of: Broker, outcome: string) =>
  (await broker.metricsOf(of)).value('message_duration_seconds_count', { queue, outcome });
const attempts = async (of: Broker, name = 'message_attempts_count') => (await broker.metricsOf(of)).value(name);
const requests = async (outcome: string, to = queue) =>
  (await broker.metricsOf(broker.client)).value('requests_to_services_seconds_count', { queue: to, outcome });
const published = async (of: Broker, destination: string, outcome: string) =>
  (await broker.metricsOf(of)).value('messages_published_total', { destination, outcome });

describe('the metrics count a message', () => {
  test('that is handled', async () => {
    const worker = await broker.worker(double);
    await ask(1);
    await until('it is counted', async () => (await messages(worker, 'handled')) === 1);
    expect(await attempts(worker)).toBe(1);
    expect(await requests('ok')).toBe(1);
    // The broker may confirm the request after its reply has arrived.
    await until('it is confirmed', async () => (await published(broker.client, queue, 'confirmed')) === 1);
    expect(await published(worker, queue, 'confirmed')).toBeUndefined(); // a reply is not counted
  });

  test('that is answered with a fault', async () => {
    const worker = await broker.worker(fails);
    await ask(1).catch(() => undefined);
    await until('it is counted', async () => (await messages(worker, 'answered_fault')) === 1);
    expect(await requests('fault')).toBe(1);
  });

  test('that is adopted', async () => {
    const worker = await broker.worker(double, async () => undefined);
    await broker.client.publish(toQueue(queue), { n: 1 });
    await until('it is counted', async () => (await messages(worker, 'adopted')) === 1);
  });

  test('that is retried and then handled', async () => {
    let calls = 0;
    const worker = await broker.worker(async (body) => (calls++ === 0 ? fails() : double(body)));
    await broker.client.publish(toQueue(queue), { n: 1 });
    await until('it is handled', async () => (await messages(worker, 'handled')) === 1);
    expect(await messages(worker, 'retried')).toBe(1);
    expect([await attempts(worker), await attempts(worker, 'message_attempts_sum')]).toEqual([1, 2]);
    expect(await published(worker, retryQueue, 'confirmed')).toBe(1);
  });

  test('that is dead-lettered', async () => {
    const worker = await broker.worker(double);
    expect(await messages(worker, 'dead')).toBe(0); // starts at 0, so that an alert sees it rise
    await broker.client.publish(toQueue(queue), { n: 'one' });
    await until('it is counted', async () => (await messages(worker, 'dead')) === 1);
    expect(await published(worker, deadQueue, 'confirmed')).toBe(1);
  });

  test('that could not be settled', async () => {
    let calls = 0;
    const worker = await broker.worker(async (body) => {
      if (calls++ === 0) throw new BrokerUnavailableError('blocked');
      return double(body);
    });
    await ask(1);
    await until('it is counted', async () => (await messages(worker, 'unsettled')) === 1);
    expect([await messages(worker, 'handled'), await attempts(worker)]).toEqual([1, 1]);
  });
});

describe('the metrics count a request', () => {
  test('that no consumer answers', async () => {
    await ask(1, 100).catch(() => undefined);
    expect(await requests('timeout')).toBe(1);
  });

  test('but not one that its caller aborts', async () => {
    const asked = broker.client.request(queue, { n: 1 }, { timeoutMs: 60_000, signal: AbortSignal.timeout(10) });
    await asked.catch(() => undefined);
    expect((await broker.metricsOf(broker.client)).value('requests_to_services_seconds_count')).toBeUndefined();
  });

  test('that no queue takes, and one without a broker connection', async () => {
    await broker.client.request('no-such-queue', {}, { timeoutMs: 60_000 }).catch(() => undefined);
    expect(await published(broker.client, 'no-such-queue', 'returned')).toBe(1);
    expect(await requests('broker_unavailable', 'no-such-queue')).toBe(1);
    await broker.client.close();
    await ask(1).catch(() => undefined);
    expect(await published(broker.client, queue, 'refused')).toBe(1);
    expect(await requests('broker_unavailable')).toBe(1);
  });
});

test('the metrics show open and lost connections', async () => {
  const seen = async () => {
    const metrics = await broker.metricsOf(broker.client);
    return [metrics.value('broker_connected'), metrics.value('broker_blocked')];
  };
  expect(await seen()).toEqual([1, 0]);
  await broker.client.close();
  expect(await seen()).toEqual([0, 0]);
});
