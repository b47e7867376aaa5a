/** Programs that may publish to the shared queues, as old ones do. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel, Options } from 'amqplib';
import { deadQueue, platformAppId, queues, type QueueName } from '../../../contracts/names';
import { withBroker } from '../../broker/broker';
import { until } from '../../platform/until';
import { turn, type Attack, type Attacker } from '../attack';

interface Letter {
  queue: QueueName;
  body: string;
  properties?: Options.Publish;
}

const settleMs = 10_000;

/** Publishes the letters in turn until the time is over, and counts those that are dead and those that are not, soon after. */
async function publish({ goesOn, count }: Attacker, letters: readonly Letter[], pauseMs: number): Promise<void> {
  const targets = [...new Set(letters.map(({ queue }) => queue))];
  await withBroker(process.env['RABBITMQ_URL'] ?? '', async (channel) => {
    const before = await countDead(channel, targets);
    let sent = 0;
    for (; goesOn(); sent += 1) {
      const { queue, body, properties } = turn(letters, sent);
      channel.sendToQueue(queue, Buffer.from(body), { persistent: true, messageId: randomUUID(), ...properties });
      await sleep(pauseMs);
    }
    await channel.waitForConfirms();
    const dead = async () => (await countDead(channel, targets)) - before;
    await until('all are dead', async () => (await dead()) >= sent, settleMs).catch(() => undefined);
    const died = await dead();
    if (died > 0) count('dead', died);
    if (died < sent) count('not dead', sent - died);
  });
}

async function countDead(channel: ConfirmChannel, targets: readonly QueueName[]): Promise<number> {
  let messages = 0;
  for (const queue of targets) messages += (await channel.checkQueue(deadQueue(queue))).messageCount;
  return messages;
}

const asRequest = () => ({ appId: platformAppId, replyTo: 'nowhere', correlationId: randomUUID() });
const bounds = 'signed messages, dead letters';

export const forgedMessages: Attack = {
  name: 'forged and malformed messages',
  bounds,
  stoppedBy: ['dead'],
  also: [],
  async run(attacker) {
    const { orders, kitchen } = attacker.world;
    const placed_at = new Date().toISOString();
    const letters = orders.flatMap(({ id: order_id, userId: user_id }): Letter[] => {
      const restaurants = [
        { restaurant_id: kitchen.restaurant_id, items: [{ menu_item_id: kitchen.menu_ids[0], quantity: 1 }] },
      ];
      const order = JSON.stringify({ order_id, user_id, placed_at, status: 'PENDING', restaurants });
      const change = JSON.stringify({ order_id, user_id, placed_at, status: 'CANCELLED', reason: 'forged' });
      const delivered = JSON.stringify({ order_id, status: 'DELIVERED' });
      return [
        { queue: queues.placeOrder, body: order, properties: asRequest() },
        { queue: queues.assignAgent, body: JSON.stringify({ order_id }), properties: asRequest() },
        { queue: queues.changeOrderStatus, body: change, properties: asRequest() },
        { queue: queues.changeOrderStatus, body: change },
        {
          queue: queues.updateDeliveryStatus,
          body: delivered,
          properties: { headers: { 'x-signature': 'x'.repeat(43) } },
        },
        { queue: queues.placeOrder, body: 'not JSON' },
        { queue: queues.assignAgent, body: '{"order_id":7}' },
        { queue: queues.agentAssigned, body: '[]' },
      ];
    });
    await publish(attacker, letters, 10);
  },
};

const megabytes = 4;
const repeated = (text: string): string => text.repeat((megabytes * 1_000_000) / text.length);

export const hugeMessages: Attack = {
  name: `messages of ${megabytes} MB`,
  bounds,
  stoppedBy: ['dead'],
  also: [],
  async run(attacker) {
    const items = `{"restaurants":[${repeated('{"restaurant_id":7,"items":[{}]},').slice(0, -1)}]}`;
    const bodies = [JSON.stringify(repeated('x')), repeated('['), `[${repeated('0,')}0]`, items];
    const letters = bodies.flatMap((body): Letter[] => [
      { queue: queues.placeOrder, body },
      { queue: queues.assignAgent, body },
      { queue: queues.agentAssigned, body },
    ]);
    await publish(attacker, letters, 250);
  },
};
