import type { CreateOrderReply, PlaceOrderMessage } from '../../contracts/messages';
import { mergeRestaurants } from '../../contracts/orders';
import type { Database } from '../../prisma/restaurant/client';
import { findStored, lockAndReadOffers, storeOrder } from '../../prisma/restaurant/placement';
import { priceOrder } from './price-order';

/**
 * Checks, prices and stores an order: every restaurant has to be online and open at `placed_at`, every item on its menu. Prices are the
 * menu's. All or nothing: `rejected` leaves no row. Idempotent: a repeat while the order is PENDING is `created` with the first total, even if the menu has changed. An order beyond PENDING,
 * including one whose compensation came first, is `settled` and not changed.
 */
export const placeOrder =
  (db: Database) =>
  (message: PlaceOrderMessage): Promise<CreateOrderReply> =>
    db.$transaction(async (tx) => {
      const { order_id: orderId } = message;
      const minute = new Date(message.placed_at).toISOString().slice(11, 16);
      const requested = mergeRestaurants(message.restaurants);
      const pricing = priceOrder(requested, await lockAndReadOffers(tx, orderId, requested, minute), minute);
      if (pricing.outcome === 'priced' && (await storeOrder(tx, message, pricing.order)))
        return { outcome: 'created', total: pricing.order.total };
      const stored = await findStored(tx, orderId);
      if (!stored) {
        if (pricing.outcome === 'rejected') return pricing;
        throw new Error('an order could be neither stored nor found');
      }
      const { status, total } = stored;
      return status === 'PENDING' && total !== null
        ? { outcome: 'created', total }
        : { outcome: 'settled', status, total };
    });
