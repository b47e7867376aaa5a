import { orderEvent } from '../../contracts/events';
import { changeOrderMessage, placeOrderMessage, ratingMessage, type RatingMessage } from '../../contracts/messages';
import { orderLogFields, queues, ratingLogFields } from '../../contracts/names';
import type { Broker } from '../../lib/broker/broker';
import { ServiceFault } from '../../lib/broker/errors';
import { toQueue } from '../../lib/broker/message';
import type { Database } from '../../prisma/restaurant/client';
import { countOrderRating } from '../../prisma/restaurant/ratings';
import { changeOrder } from './change-order';
import { feedEvents } from './feed-events';
import { placeOrder } from './place-order';

interface ConsumersDeps {
  db: Database;
  broker: Broker;
  /** A message in flight holds one connection; more messages than connections would only wait inside this process. */
  poolSize: number;
}

/** Consumes the restaurant service's queues until the broker is closed. */
export async function consumeRestaurantQueues({ db, broker, poolSize }: ConsumersDeps): Promise<void> {
  const prefetch = Math.max(1, Math.floor(poolSize / 3));
  const perOrder = { prefetch, logFields: ({ order_id }: { order_id: string }) => orderLogFields(order_id) };

  await broker.consume({
    queue: queues.placeOrder,
    ...perOrder,
    schema: placeOrderMessage,
    handle: placeOrder(db),
    adopt: (order) => broker.publish(toQueue(queues.adoptOrder), { kind: 'placed', order }),
  });
  await broker.consume({
    queue: queues.changeOrderStatus,
    signedOnly: true,
    ...perOrder,
    schema: changeOrderMessage,
    handle: changeOrder(db),
  });
  await broker.consume({
    queue: queues.restaurantRatings,
    prefetch,
    schema: ratingMessage,
    logFields: ({ order_id }) => ratingLogFields(order_id),
    handle: rateOrder(db),
  });
  await broker.consumeInOrder({ queue: queues.restaurantEvents, schema: orderEvent, handle: feedEvents(db) });
}

/** Adds the rating to the restaurants' means, once for each order. Throws a non-retryable ServiceFault UNKNOWN_ORDER if there is no such order. */
export const rateOrder =
  (db: Database) =>
  async ({ order_id, order_rating }: RatingMessage): Promise<void> => {
    if (await countOrderRating(db, order_id, order_rating)) return;
    throw new ServiceFault(`there is no order ${order_id}`, false, 'UNKNOWN_ORDER');
  };
