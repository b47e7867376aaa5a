import type { OrderGroup, OrderPart } from '../../contracts/answers/orders';
import type { StoredGroup } from '../../prisma/restaurant/orders';
import { timeText } from '../../prisma/restaurant/restaurants';

type StoredOrder = StoredGroup['orders'][number];

/** An order group as the HTTP interface shows it: with its orders, their restaurants, items and menu items. */
export const shownGroup = (group: StoredGroup): OrderGroup => ({
  id: group.id,
  order_id: group.orderId,
  user_id: group.userId,
  placed_at: group.placedAt.toISOString(),
  status: group.status,
  total: group.total === null ? null : group.total.toNumber(),
  reason: group.reason,
  order_rating: group.orderRating,
  orders: group.orders.map(shownOrder),
});

const shownOrder = ({ id, restaurantId, status, reason, total, restaurant, items }: StoredOrder): OrderPart => ({
  id,
  restaurant_id: restaurantId,
  status,
  reason,
  total: total.toNumber(),
  restaurant: shownRestaurant(restaurant),
  items: items.map((item) => ({
    id: item.id,
    menu_item_id: item.menuItemId,
    quantity: item.quantity,
    /** The price at placement; the menu item shows today's. */
    price: item.price.toNumber(),
    menu_item: { ...item.menuItem, price: item.menuItem.price.toNumber() },
  })),
});

const shownRestaurant = ({ openingTime, closingTime, ...restaurant }: StoredOrder['restaurant']) => ({
  ...restaurant,
  opening_time: timeText(openingTime),
  closing_time: timeText(closingTime),
});
