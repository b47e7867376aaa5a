import { limits } from '../../../contracts/limits';
import type { OldMenuItem, OldRestaurant } from '../old/rows';
import type { Note } from '../oddities';
import { descriptionOf, hoursOf, idOf, nameOf, priceOf, timeOf, unknownTime } from './values';

export interface NewRestaurant {
  id: string;
  name: string;
  description: string | null;
  opening_time: string;
  closing_time: string;
  status: 'ONLINE' | 'OFFLINE';
  created_at: string;
}

export interface NewMenuItem {
  id: string;
  restaurant_id: string;
  name: string;
  description: string | null;
  price: string;
  type: 'VEG' | 'NON_VEG';
  created_at: string;
  /** Set for an item that is on no menu. */
  deleted_at: string | null;
}

/** The restaurants and menu items that orders refer to. */
export type Catalog = ReturnType<typeof createCatalog>;

/** An unknown restaurant or item that an order refers to gets a stand-in; `takeStandIns` returns each new one once. */
export function createCatalog() {
  const restaurants = new Map<string, string>();
  const menuItems = new Map<string, Pick<NewMenuItem, 'name' | 'type'>>();
  const menus = new Map<string, MenuSize>();
  let standIns = noStandIns();

  const catalog = {
    addRestaurant(old: OldRestaurant, note: Note): NewRestaurant {
      const restaurant = restaurantOf(old, note);
      restaurants.set(restaurant.id, restaurant.name);
      return restaurant;
    },
    addMenuItem(old: OldMenuItem, note: Note): NewMenuItem {
      const item = menuItemOf(old, note);
      catalog.restaurantName(item.restaurant_id, note);
      const menu = grown(menus.get(item.restaurant_id), item);
      menus.set(item.restaurant_id, menu);
      if (menu.items > limits.menuItems || menu.bytes > limits.menuBytes) note('menu-too-large', item.restaurant_id);
      menuItems.set(item.id, { name: item.name, type: item.type });
      return item;
    },
    restaurantName(id: string, note: Note): string {
      const name = restaurants.get(id);
      if (name !== undefined) return name;
      note('unknown-restaurant', id);
      restaurants.set(id, unknownRestaurant.name);
      standIns.restaurants.push({ id, ...unknownRestaurant });
      return unknownRestaurant.name;
    },
    menuItem(id: string, restaurant_id: string, note: Note): Pick<NewMenuItem, 'name' | 'type'> {
      const item = menuItems.get(id);
      if (item) return item;
      note('unknown-menu-item', id);
      menuItems.set(id, unknownItem);
      standIns.menuItems.push({ id, restaurant_id, ...unknownItem });
      return unknownItem;
    },
    takeStandIns() {
      const taken = standIns;
      standIns = noStandIns();
      return taken;
    },
  };
  return catalog;
}

interface MenuSize {
  items: number;
  bytes: number;
}

const grown = ({ items, bytes }: MenuSize = { items: 0, bytes: 0 }, { name, description }: NewMenuItem): MenuSize => ({
  items: items + 1,
  bytes: bytes + Buffer.byteLength(name) + Buffer.byteLength(description ?? ''),
});

const noStandIns = (): { restaurants: NewRestaurant[]; menuItems: NewMenuItem[] } => ({
  restaurants: [],
  menuItems: [],
});

const unknownRestaurant = {
  name: 'Unknown restaurant',
  description: null,
  opening_time: '00:00:00',
  closing_time: '23:59:00',
  status: 'OFFLINE',
  created_at: unknownTime,
} as const;

/** NON_VEG: nobody is told that it was vegetarian. */
const unknownItem = {
  name: 'Unknown item',
  description: null,
  price: '0.00',
  type: 'NON_VEG',
  created_at: unknownTime,
  deleted_at: unknownTime,
} as const;

function restaurantOf(old: OldRestaurant, note: Note): NewRestaurant {
  const { opening, closing, oddities } = hoursOf(old.opening_time, old.closing_time);
  for (const kind of oddities) note(kind, old.id);
  return {
    id: idOf(old.id, note),
    name: nameOf(old.name, 'Unnamed restaurant', old.id, note),
    description: descriptionOf(old.description, old.id, note),
    opening_time: opening,
    closing_time: closing,
    status: oddities.includes('hours-unreadable') ? 'OFFLINE' : old.status,
    created_at: timeOf(old.created_at, old.id, note),
  };
}

const menuItemOf = (old: OldMenuItem, note: Note): NewMenuItem => ({
  id: idOf(old.id, note),
  restaurant_id: idOf(old.restaurant_id, note),
  name: nameOf(old.name, 'Unnamed item', old.id, note),
  description: descriptionOf(old.description, old.id, note),
  price: priceOf(old.price, old.id, note).toFixed(2),
  type: old.type,
  created_at: timeOf(old.created_at, old.id, note),
  deleted_at: null,
});
