/** A consumer that handles one message repeatedly keeps nothing of the earlier attempts. */
import { getEventListeners } from 'node:events';
import type { ConfirmChannel } from 'amqplib';
import { subscribe, type Delivery } from '../../lib/broker/subscription';
import { BrokerUnavailableError } from '../../lib/broker/errors';
import { openConnection, type BrokerConnection } from '../../lib/broker/connection';
import { createLog } from '../../lib/logging/log';
import { createStartupRetry } from '../../lib/process/startup-retry';
import { isolatedBroker, type Isolated } from '../fixtures/isolation';
import { anOutsider } from '../fixtures/outsider';
import { until } from '../fixtures/until';

const queue = 'work-queue';
const log = createLog('test', 'silent');

let vhost: Isolated;
let outsider: Awaited<ReturnType<typeof anOutsider>>;
let link: BrokerConnection;
beforeAll(async () => {
  vhost = await isolatedBroker();
  outsider = await anOutsider(vhost.url);
  const topology = async (channel: ConfirmChannel): Promise<void> => void (await channel.assertQueue(queue));
  link = await openConnection({ url: vhost.url, name: 'test', log, topology });
});
afterAll(async () => {
  await Promise.all([link.close(), outsider.close()]);
  await vhost.drop();
});

const listenersOf = ({ lost, abandoned }: Delivery): number =>
  [lost, abandoned].reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0);

test('a queue that exists with other arguments ends the start at once, with the reason of the broker', async () => {
  const topology = async (channel: ConfirmChannel) => void (await channel.assertQueue(queue, { durable: false }));
  const startup = createStartupRetry(60_000, log);
  const began = performance.now();
  const opening = openConnection({ url: vhost.url, name: 'test', log, topology, startup });
  await expect(opening).rejects.toThrow(
    /^RabbitMQ at .* other arguments: .*PRECONDITION_FAILED - inequivalent arg 'durable'/,
  );
  expect(performance.now() - began).toBeLessThan(30_000);
});

test('a message whose outcome the broker refused three times leaves no abort listeners behind', async () => {
  const listening: number[] = [];
  const work = async (delivery: Delivery): Promise<boolean> => {
    listening.push(listenersOf(delivery));
    if (listening.length <= 3) throw new BrokerUnavailableError('no room');
    return true;
  };
  const room = { untilBlocked: () => new Promise<void>(() => undefined), untilUnblocked: () => Promise.resolve() };
  const consumer = await subscribe(link, room, { queue, prefetch: 1, handle: work, drain: true, log });
  outsider.send(queue, '{}');
  await until('the fourth attempt', () => listening.length === 4);
  await consumer.stop();
  expect(listening).toEqual([0, 0, 0, 0]);
});
