import { orderEvent } from '../../contracts/events';
import { assignAgentMessage, changeDeliveryMessage, ratingMessage } from '../../contracts/messages';
import type { AgentAssignedMessage, RatingMessage } from '../../contracts/messages';
import { orderLogFields, queues, ratingLogFields } from '../../contracts/names';
import { createBestEffortPublish, type Broker } from '../../lib/broker/broker';
import { ServiceFault } from '../../lib/broker/errors';
import { toQueue } from '../../lib/broker/message';
import type { Log } from '../../lib/logging/log';
import type { Database } from '../../prisma/delivery/client';
import { countAgentRating } from '../../prisma/delivery/ratings';
import { assignAgent } from './assign-agent';
import { changeDelivery } from './change-delivery';
import { feedEvents } from './feed-events';

interface ConsumersDeps {
  db: Database;
  broker: Broker;
  log: Log;
  /** A message in flight holds one connection; more messages than connections would only wait inside this process. */
  poolSize: number;
}

/** Consumes the delivery service's queues until the broker is closed. */
export async function consumeDeliveryQueues({ db, broker, log, poolSize }: ConsumersDeps): Promise<void> {
  const notifyOrders = createBestEffortPublish<AgentAssignedMessage>(broker, queues.agentAssigned, log);
  const prefetch = Math.max(1, Math.floor(poolSize / 3));
  const perOrder = { prefetch, logFields: ({ order_id }: { order_id: string }) => orderLogFields(order_id) };

  await broker.consume({
    queue: queues.assignAgent,
    ...perOrder,
    schema: assignAgentMessage,
    handle: assignAgent({ db, notifyOrders }),
    adopt: ({ order_id }) => broker.publish(toQueue(queues.adoptOrder), { kind: 'needs-agent', order_id }),
  });
  await broker.consume({
    queue: queues.updateDeliveryStatus,
    signedOnly: true,
    ...perOrder,
    schema: changeDeliveryMessage,
    handle: changeDelivery({ db, notifyOrders }),
  });
  await broker.consume({
    queue: queues.deliveryRatings,
    prefetch,
    schema: ratingMessage,
    logFields: ({ order_id }) => ratingLogFields(order_id),
    handle: rateDelivery(db),
  });
  await broker.consumeInOrder({ queue: queues.deliveryEvents, schema: orderEvent, handle: feedEvents(db) });
}

/**
 * Adds the rating to the agent's mean, once for each order. Throws a non-retryable ServiceFault NOT_DELIVERED for an order that this service has not
 * delivered: anyone with access to the exchange may publish there, so a rating proves nothing about its order.
 */
export const rateDelivery =
  (db: Database) =>
  async ({ order_id, agent_rating }: RatingMessage): Promise<void> => {
    if ((await countAgentRating(db, order_id, agent_rating)) === 'not delivered')
      throw new ServiceFault(`no agent delivered the order ${order_id}`, false, 'NOT_DELIVERED');
  };
