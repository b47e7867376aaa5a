import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Addresses } from './addresses';
import { anOperator, authorization } from '../stack/access';
import type { Pledge } from './journal';
import type { Plan } from './plan/plan';
import { itemsOfKitchen, kitchensInWorld, type PlannedOrder } from './plan/orders';

/** Who is there before the first order comes. */
export interface World {
  kitchens: { restaurantId: string; menuItemIds: string[] }[];
}

const addedRestaurant = z.object({ data: z.object({ restaurant_id: z.string(), menu_ids: z.array(z.string()) }) });

/** Adds the restaurants and the couriers, while all is well. Throws when that does not succeed. */
export async function makeWorld(addresses: Addresses, { couriers }: Plan): Promise<World> {
  const kitchens: World['kitchens'] = [];
  for (let kitchen = 0; kitchen < kitchensInWorld; kitchen += 1) {
    const menu = Array.from({ length: itemsOfKitchen }, (_, item) => ({
      name: `Dish ${item + 1}`,
      price: Number(`${3 + kitchen + 2 * item}.${(kitchen * 17 + item * 29) % 100}`),
      type: item % 2 === 0 ? 'VEG' : 'NON_VEG',
    }));
    const body = { name: `Kitchen ${kitchen + 1}`, opening_time: '00:00', closing_time: '23:59', menu };
    const { data } = addedRestaurant.parse(await post(`${addresses.RESTAURANT_SERVICE_URL}/restaurants`, body));
    kitchens.push({ restaurantId: data.restaurant_id, menuItemIds: data.menu_ids });
  }
  for (let courier = 0; courier < couriers; courier += 1) {
    const body = { name: `Courier ${courier + 1}`, userName: `courier-${courier + 1}`, gender: 'FEMALE' };
    await post(`${addresses.DELIVERY_SERVICE_URL}/agents`, body);
  }
  return { kitchens };
}

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...(await authorization(anOperator)), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** What an order asks for, by the world's ids. */
export function basketIn({ kitchens }: World, { basket, fate }: PlannedOrder): Pledge['restaurants'] {
  return basket.map(({ kitchen, items }) => {
    const { restaurantId = '', menuItemIds = [] } = kitchens[kitchen] ?? {};
    const ordered = items.map(({ item, quantity }) => ({
      menuItemId: fate === 'unavailable' ? randomUUID() : (menuItemIds[item] ?? ''),
      quantity,
    }));
    return { restaurantId, items: ordered };
  });
}
