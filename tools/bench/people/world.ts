import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Addresses } from '../addresses';
import { anOperator, authorization } from '../../stack/access';
import type { HttpClient } from '../load/http';

/** Who orders can be placed with. */
export interface World {
  kitchens: { restaurantId: string; menuItemIds: string[] }[];
  /** Their user ids. */
  customers: string[];
}

const added = z.object({ data: z.object({ restaurant_id: z.string(), menu_ids: z.array(z.string()) }) });

const kitchensInWorld = 30;
const itemsOfKitchen = 8;
const customersInWorld = 100;

/** What is added is added by the operator. */
const add = async (http: HttpClient, url: string, body: object) =>
  http.expect([201], 'POST', url, body, await authorization(anOperator));

/** Adds the restaurants: as many, with as much on the menu, as somebody would look through. */
export async function openKitchens(http: HttpClient, { RESTAURANT_SERVICE_URL }: Addresses): Promise<World> {
  const kitchens: World['kitchens'] = [];
  for (let kitchen = 1; kitchen <= kitchensInWorld; kitchen += 1) {
    const menu = Array.from({ length: itemsOfKitchen }, (_, item) => ({
      name: `Dish ${item + 1} of kitchen ${kitchen}`,
      description: 'With rice, bread or salad',
      price: 4 + item + kitchen / 100,
      type: item % 2 === 0 ? 'VEG' : 'NON_VEG',
    }));
    const body = { name: `Kitchen ${kitchen}`, opening_time: '00:00', closing_time: '23:59', menu };
    const { text } = await add(http, `${RESTAURANT_SERVICE_URL}/restaurants`, body);
    const { data } = added.parse(JSON.parse(text));
    kitchens.push({ restaurantId: data.restaurant_id, menuItemIds: data.menu_ids });
  }
  return { kitchens, customers: Array.from({ length: customersInWorld }, () => randomUUID()) };
}

const addedAgent = z.object({ data: z.object({ agent_id: z.string() }) });

/** Adds couriers, all free; returns their ids. */
export async function addAgents(
  http: HttpClient,
  { DELIVERY_SERVICE_URL }: Addresses,
  count: number,
): Promise<string[]> {
  const join = async (agent: number): Promise<string> => {
    const body = { name: `Courier ${agent + 1}`, userName: `courier-${randomUUID()}`, gender: 'FEMALE' };
    const { text } = await add(http, `${DELIVERY_SERVICE_URL}/agents`, body);
    return addedAgent.parse(JSON.parse(text)).data.agent_id;
  };
  const ids: string[] = [];
  while (ids.length < count) {
    const next = Array.from({ length: Math.min(atATime, count - ids.length) }, (_, i) => join(ids.length + i));
    ids.push(...(await Promise.all(next)));
  }
  return ids;
}

const atATime = 10;
