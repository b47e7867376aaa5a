/** What was ordered: the parts of an order, one of each restaurant, with their items. Pure. */
import { Decimal } from '@prisma/client/runtime/client';
import type { OldItem, OldPart } from '../old/rows';
import type { Note } from '../oddities';
import type { Catalog } from './catalog';
import { idOf, priceOf, timeOf } from './values';

export interface Item {
  id: string;
  menu_item_id: string;
  name: string;
  type: 'VEG' | 'NON_VEG';
  quantity: number;
  price: Decimal;
}

export interface Part {
  id: string;
  restaurant_id: string;
  restaurant_name: string;
  created_at: string;
  updated_at: string;
  items: Item[];
  total: Decimal;
}

/** In the order of the old rows. */
export function partsOf(oldParts: OldPart[], oldItems: OldItem[], catalog: Catalog, note: Note): Part[] {
  const parts = new Map<string, Part>();
  const partOfRow = new Map<string, Part>();
  for (const old of oldParts) {
    const restaurant_id = idOf(old.restaurant_id, note);
    const known = parts.get(restaurant_id);
    if (known) note('part-twice', old.id);
    const part = known ?? newPart(old, restaurant_id, catalog, note);
    parts.set(restaurant_id, part);
    partOfRow.set(old.id, part);
  }
  for (const old of oldItems) {
    const part = partOfRow.get(old.order_id);
    if (part) addItem(part, old, catalog, note);
  }
  return [...parts.values()];
}

const newPart = (old: OldPart, restaurant_id: string, catalog: Catalog, note: Note): Part => ({
  id: idOf(old.id, note),
  restaurant_id,
  restaurant_name: catalog.restaurantName(restaurant_id, note),
  created_at: timeOf(old.placed_at, old.id, note),
  updated_at: timeOf(old.updated_at, old.id, note),
  items: [],
  total: new Decimal(0),
});

function addItem(part: Part, old: OldItem, catalog: Catalog, note: Note): void {
  if (old.quantity <= 0) return note('quantity-not-positive', old.id);
  const price = priceOf(old.price, old.id, note);
  if (price.isZero()) note('item-price-zero', old.id);
  part.total = part.total.plus(price.times(old.quantity));
  const menu_item_id = idOf(old.menu_item_id, note);
  const same = part.items.find((item) => item.menu_item_id === menu_item_id);
  if (same) {
    note('item-twice', old.id);
    same.quantity = Math.min(same.quantity + old.quantity, largestInteger);
    return;
  }
  const { name, type } = catalog.menuItem(menu_item_id, part.restaurant_id, note);
  part.items.push({ id: idOf(old.id, note), menu_item_id, name, type, quantity: old.quantity, price });
}

/** Of PostgreSQL. */
const largestInteger = 2_147_483_647;
