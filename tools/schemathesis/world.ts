import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { anOperator, authorization } from '../stack/access';
import type { RealIds } from '../documents/with-ids';

export interface Addresses {
  user: string;
  restaurant: string;
  delivery: string;
}

const agentLimitMs = 30_000;

/** A restaurant, an agent and a confirmed order of theirs, for the examples to speak of. Throws when the system refuses one. */
export async function createWorld({ user, restaurant, delivery }: Addresses): Promise<RealIds> {
  const userId = randomUUID();
  const kitchen = (
    await post<{ data: { restaurant_id: string; menu_ids: [string] } }>(`${restaurant}/restaurants`, {
      name: 'Spice Garden',
      opening_time: '00:00',
      closing_time: '23:59',
      menu: [{ name: 'Paneer Tikka', price: 8.5, type: 'VEG' }],
    })
  ).data;
  const [menuItem] = kitchen.menu_ids;
  const { order_id: order } = await post<{ order_id: string }>(`${user}/orders`, {
    user_id: userId,
    restaurants: [{ restaurant_id: kitchen.restaurant_id, items: [{ menu_item_id: menuItem, quantity: 2 }] }],
  });
  const added = await post<{ data: { agent_id: string } }>(`${delivery}/agents`, {
    name: 'Asha',
    userName: `asha-${userId}`,
    gender: 'FEMALE',
  });
  await post(`${restaurant}/orders/${order}/decision`, { status: 'CONFIRMED' });
  await untilFound(`${delivery}/deliveries/${order}`);
  return { user: userId, restaurant: kitchen.restaurant_id, menuItem, order, agent: added.data.agent_id };
}

async function post<Answer>(url: string, body: object): Promise<Answer> {
  const headers = { ...(await authorization(anOperator)), 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

async function untilFound(url: string): Promise<void> {
  const endsAt = Date.now() + agentLimitMs;
  const headers = await authorization(anOperator);
  while (!(await fetch(url, { headers })).ok) {
    if (Date.now() > endsAt) throw new Error(`${url} is not there after ${agentLimitMs} ms`);
    await sleep(100);
  }
}
