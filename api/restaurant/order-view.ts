import type { Caller } from '../../contracts/access';
import type { OrderGroup, OrderPart } from '../../contracts/answers/orders';
import type { StoredGroup } from '../../prisma/restaurant/orders';
import { shortTimeText } from '../../prisma/restaurant/restaurants';

type StoredOrder = StoredGroup['orders'][number];

/** An order group as the caller may see it, with its orders, their restaurants, items and menu items. */
export const viewOf = (caller: Caller, group: StoredGroup): OrderGroup => shownGroup(seenBy(caller, group));

/** A restaurant sees its own part of it, what that costs, and why it was refused: nothing of the others'. */
function seenBy(caller: Caller, group: StoredGroup): StoredGroup {
  if (caller.role !== 'restaurant') return group;
  const orders = group.orders.filter(({ restaurantId }) => caller.restaurant_ids.includes(restaurantId));
  if (orders.length === group.orders.length) return group;
  const remaining = orders.filter(({ status }) => status !== 'CANCELLED');
  const totals = (remaining.length > 0 ? remaining : orders).map(({ total }) => total);
  const total = totals.length > 0 ? totals.reduce((sum, each) => sum.plus(each)) : null;
  return { ...group, orders, total, reason: orders.find(({ reason }) => reason)?.reason ?? null };
}

const shownGroup = (group: StoredGroup): OrderGroup => ({
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
