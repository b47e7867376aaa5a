import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { limits } from '../../../contracts/limits';
import { aCustomer, aRestaurant } from '../../stack/access';
import { turn, type Attack, type AttackRequest } from '../attack';

const atOnce = 32;

const placement = (body: AttackRequest['body'], more: Partial<AttackRequest> = {}): AttackRequest => ({
  ...{ service: 'user', method: 'POST', path: '/orders', body },
  ...more,
});

const nested = '['.repeat(8_000);
const gzipped = gzipSync(JSON.stringify('x'.repeat(10_000_000)));
const asGzip = { 'content-encoding': 'gzip' };

export const nestedBodies: Attack = {
  name: 'nested and gzipped bodies',
  bounds: 'processor time',
  stoppedBy: [401, 415, 422],
  also: [429],
  async run({ flood, send }) {
    const caller = aCustomer(randomUUID());
    const requests = [
      placement(nested),
      placement(gzipped, { headers: asGzip }),
      placement(nested, { caller }),
      placement(gzipped, { caller, headers: asGzip }),
    ];
    await flood(atOnce, (number) => send(turn(requests, number)));
  },
};

export const oversizeBodies: Attack = {
  name: 'oversize bodies',
  bounds: 'processor time',
  stoppedBy: [401, 413],
  also: [429],
  async run({ world, flood, send }) {
    const megabyte = JSON.stringify('x'.repeat(1_000_000));
    const { restaurant_id: id } = world.largeKitchen;
    const requests = [
      placement(megabyte),
      placement(megabyte, { caller: aCustomer(randomUUID()) }),
      placement(megabyte, {
        service: 'restaurant',
        method: 'PATCH',
        path: `/restaurants/${id}`,
        caller: { ...aRestaurant(id), sub: randomUUID() },
      }),
    ];
    await flood(atOnce, (number) => send(turn(requests, number)));
  },
};

/** An order over as many restaurants as there may be, of so many items each. */
function hugeOrder(userId: string, items: number) {
  const item = () => ({ menu_item_id: randomUUID(), quantity: 1 });
  const restaurant = () => ({ restaurant_id: randomUUID(), items: Array.from({ length: items }, item) });
  return { user_id: userId, restaurants: Array.from({ length: limits.restaurantsPerOrder }, restaurant) };
}

export const hugeOrders: Attack = {
  name: 'orders of 50 parts',
  bounds: 'processor time, orders',
  stoppedBy: [404, 413, 422],
  also: [409, 429], // those under way count as open
  async run({ flood, send }) {
    const userId = randomUUID();
    // Too many bytes, too many items, and as many as there may be, of restaurants that there are not.
    const bodies = [limits.itemsPerRestaurant, 20, 4].map((items) => JSON.stringify(hugeOrder(userId, items)));
    await flood(atOnce, (number) => send(placement(turn(bodies, number), { caller: aCustomer(userId) })));
  },
};
