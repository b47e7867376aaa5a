import type { ChangeRestaurantBody, MenuChange } from '../../contracts/restaurants';
import type { Database, Transaction } from './client';
import { timeText, timeValue } from './restaurants';

export type ChangeOutcome =
  | { outcome: 'changed' }
  | { outcome: 'unknown_restaurant' }
  /** Not an item of this restaurant, or no longer on its menu. */
  | { outcome: 'unknown_item'; id: string }
  /** Opening and closing time would be equal. */
  | { outcome: 'same_times' };

/** Changes a restaurant and its menu. Any outcome but `changed` leaves both as they were. */
export function changeRestaurant(db: Database, id: string, change: ChangeRestaurantBody): Promise<ChangeOutcome> {
  return db.$transaction(async (tx): Promise<ChangeOutcome> => {
    // One change of a restaurant at a time: what is checked below still holds when it is written.
    await tx.$executeRaw`SELECT id FROM "Restaurant" WHERE id = ${id}::uuid FOR UPDATE`;
    const restaurant = await tx.restaurant.findUnique({
      where: { id },
      select: { openingTime: true, closingTime: true, menu: { where: { deletedAt: null }, select: { id: true } } },
    });
    if (!restaurant) return { outcome: 'unknown_restaurant' };

    const { name, description, status, menu = [] } = change;
    const openingTime = change.opening_time ?? timeText(restaurant.openingTime);
    const closingTime = change.closing_time ?? timeText(restaurant.closingTime);
    if (openingTime === closingTime) return { outcome: 'same_times' };

    const onMenu = new Set(restaurant.menu.map((item) => item.id));
    const unknown = menu.find((entry) => 'id' in entry && !onMenu.has(entry.id));
    if (unknown && 'id' in unknown) return { outcome: 'unknown_item', id: unknown.id };

    await tx.restaurant.update({
      where: { id },
      data: { name, description, status, openingTime: timeValue(openingTime), closingTime: timeValue(closingTime) },
      select: { id: true },
    });
    for (const entry of menu) await changeMenu(tx, id, entry);
    return { outcome: 'changed' };
  });
}

async function changeMenu(tx: Transaction, restaurantId: string, entry: MenuChange): Promise<void> {
  switch (entry.kind) {
    case 'add':
      await tx.menuItem.create({ data: { restaurantId, ...entry.item }, select: { id: true } });
      return;
    case 'change':
      await tx.menuItem.update({ where: { id: entry.id }, data: entry.fields, select: { id: true } });
      return;
    case 'remove':
      await tx.menuItem.update({ where: { id: entry.id }, data: { deletedAt: new Date() }, select: { id: true } });
      return;
  }
}
