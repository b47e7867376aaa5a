/** Callers who do what they may, as fast as they can. */
import { randomUUID } from 'node:crypto';
import { aCustomer, aRestaurant } from '../../stack/access';
import { turn, type Attack, type AttackRequest } from '../attack';
import { longOrder } from '../world';

export const placements: Attack = {
  name: 'placements at full speed',
  bounds: 'rates, orders, requests at once',
  stoppedBy: [409, 429],
  also: [201, 'waiting'],
  async run({ world, flood, send }) {
    const userId = randomUUID();
    const body = longOrder(userId, world.largeKitchen);
    const caller = aCustomer(userId);
    await flood(300, () => send({ service: 'user', method: 'POST', path: '/orders', caller, body }));
  },
};

export const longLists: Attack = {
  name: 'the longest lists, 250 of each at once',
  bounds: 'requests at once, answers',
  stoppedBy: [200, 429],
  also: ['waiting'],
  async run({ world: { hoarder }, flood, send }) {
    const lists: AttackRequest[] = [
      { service: 'restaurant', method: 'GET', path: `/orders?user_id=${hoarder}`, caller: aCustomer(hoarder) },
      { service: 'user', method: 'GET', path: `/users/${hoarder}/orders?limit=100`, caller: aCustomer(hoarder) },
    ];
    await flood(500, (number) => send(turn(lists, number)));
  },
};

const description = 'x'.repeat(800);

export const menus: Attack = {
  name: 'menus at full speed',
  bounds: 'menus, requests at once',
  stoppedBy: [200, 422],
  also: [429],
  async run({ world: { largeKitchen }, flood, send }) {
    const { restaurant_id: id, menu_ids: ids } = largeKitchen;
    const caller = { ...aRestaurant(id), sub: randomUUID() };
    const added = Array.from({ length: 250 }, (_, n) => ({ name: `Dish ${n}`, description, price: 5, type: 'VEG' }));
    const described = ids.map((each) => ({ id: each, description }));
    const changes = [
      added, // too many items, with those that are there
      described.slice(0, 250),
      described.slice(250), // too much text, with the first half
      ids.map((each, n) => ({ id: each, price: 5 + (n % 50) / 100 })),
    ];
    await flood(24, (number) => {
      const body = { menu: turn(changes, number) };
      return send({ service: 'restaurant', method: 'PATCH', path: `/restaurants/${id}`, caller, body });
    });
  },
};

export const browsing: Attack = {
  name: 'browsing at full speed',
  bounds: 'rates',
  stoppedBy: [429],
  also: [200],
  async run({ world: { kitchen }, flood, send }) {
    const one: AttackRequest = { service: 'restaurant', method: 'GET', path: `/restaurants/${kitchen.restaurant_id}` };
    const pages: AttackRequest[] = [
      { service: 'user', method: 'GET', path: '/restaurants' },
      ...Array<AttackRequest>(8).fill(one), // small: soon above the limit
      { service: 'restaurant', method: 'GET', path: '/restaurants' },
    ];
    await flood(64, (number) => send(turn(pages, number)));
  },
};
