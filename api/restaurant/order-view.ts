import type { OrderGroup, OrderPart } from '../../contracts/answers/orders';
import type { StoredGroup } from '../../prisma/restaurant/orders';
import { shortTimeText } from '../../prisma/restaurant/restaurants';

type StoredOrder = StoredGroup['orders'][number];

/** An order group as the HTTP interface shows it: with its orders, their restaurants, items and menu items. */
export const shownGroup = (group: StoredGroup): OrderGroup => ({
  id: group.orderId,
  order_id: group.orderId,
  user_id: group.userId,
  placed_at: group.placedAt.toISOString(),
  updated_at: group.updatedAt.toISOString(),
  status: group.status,
  rating: group.orderRating,
  total: group.total === null ? null : group.total.toNumber(),
  reason: group.reason,
  order_rating: group.orderRating,
  orders: group.orders.map((order) => shownOrder(group, order)),
});

const shownOrder = (group: StoredGroup, { restaurant, items, ...order }: StoredOrder): OrderPart => ({
  id: order.id,
  order_group_id: group.orderId,
  user_id: group.userId,
  placed_at: group.placedAt.toISOString(),
  updated_at: order.updatedAt.toISOString(),
  restaurant_id: order.restaurantId,
  status: order.status,
  reason: order.reason,
  total: order.total.toNumber(),
  restaurant: { ...shownRestaurant(restaurant), name: order.restaurantName },
  items: items.map((item) => shownItem(order.restaurantId, item)),
});

/** As it was ordered: name, type and price are those of the menu at placement. */
const shownItem = (restaurantId: string, { menuItem, ...item }: StoredOrder['items'][number]) => {
  const ordered = { name: item.name, type: item.type, price: item.price.toNumber() };
  return {
    id: item.id,
    order_id: item.orderId,
    menu_item_id: item.menuItemId,
    quantity: item.quantity,
    ...ordered,
    menu_item: {
      id: item.menuItemId,
      ...ordered,
      description: menuItem.description,
      created_at: menuItem.createdAt.toISOString(),
      restaurant_id: restaurantId,
    },
  };
};

const shownRestaurant = ({ openingTime, closingTime, createdAt, ...restaurant }: StoredOrder['restaurant']) => ({
  ...restaurant,
  opening_time: shortTimeText(openingTime),
  closing_time: shortTimeText(closingTime),
  created_at: createdAt.toISOString(),
});
