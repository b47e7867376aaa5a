import { changeOrderMessage, placeOrderMessage, ratingMessage } from '../../contracts/messages';
import { orderLogFields, queues, ratingLogFields } from '../../contracts/names';
import type { Broker } from '../../lib/broker/broker';
import { toQueue } from '../../lib/broker/message';
import type { Database } from '../../prisma/restaurant/client';
import { changeOrder } from './change-order';
import { placeOrder } from './place-order';
import { rateOrder } from './rate-order';

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
}
