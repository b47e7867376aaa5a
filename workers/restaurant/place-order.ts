import type { CreateOrderReply, PlaceOrderMessage } from '../../contracts/messages';
import { mergeRestaurants } from '../../contracts/orders';
import type { Database } from '../../prisma/restaurant/client';
import { lockOrder } from '../../prisma/restaurant/locks';
import { findStored, readOffers, storeOrder } from '../../prisma/restaurant/placement';
import { priceOrder } from './price-order';

/**
 * Checks, prices and stores an order: every restaurant has to be online and open at `placed_at`, every item on its menu; the
 * prices are the menu's. All of it or nothing: `rejected` leaves no row.
 *
 * Idempotent: a repeat while the order is PENDING is `created` with the first total, whatever the menu says by then. An order
 * beyond PENDING, also one whose undo came first, is `settled` and not touched.
 */
export const placeOrder =
  (db: Database) =>
  (message: PlaceOrderMessage): Promise<CreateOrderReply> =>
    db.$transaction(async (tx) => {
      const { order_id: orderId, user_id: userId, placed_at: placedAt } = message;
      await lockOrder(tx, orderId);
      const stored = await findStored(tx, orderId);
      if (stored) return answerRepeat(stored);

      const hour = new Date(placedAt).getUTCHours();
      const asked = mergeRestaurants(message.restaurants);
      const pricing = priceOrder(asked, await readOffers(tx, asked, hour), hour);
      if (pricing.outcome === 'rejected') return pricing;
      await storeOrder(tx, { orderId, userId, placedAt, ...pricing.order });
      return { outcome: 'created', total: pricing.order.total };
    });

function answerRepeat({ status, total }: NonNullable<Awaited<ReturnType<typeof findStored>>>): CreateOrderReply {
  if (status === 'PENDING' && total !== null) return { outcome: 'created', total };
  return { outcome: 'settled', status, total };
}
