/** What a restaurant does, each a request that is printed as a step. */
import { z } from 'zod';
import type { Addresses } from '../addresses';
import type { Kitchen, PlacedOrder } from '../cast';
import { anOperator, aRestaurant } from '../../stack/access';
import { ask } from '../http';

const added = z.object({ data: z.object({ restaurant_id: z.string(), menu_ids: z.array(z.string()).min(2) }) });

/** It is open (nearly) around the clock. */
export async function restaurantJoins({ RESTAURANT_SERVICE_URL: base }: Addresses): Promise<Kitchen> {
  const { data } = await ask({
    what: 'A restaurant joins',
    by: anOperator,
    method: 'POST',
    base,
    path: '/restaurants',
    body: {
      name: 'Spice Garden',
      opening_time: '00:00',
      closing_time: '23:59',
      menu: [
        { name: 'Paneer Tikka', price: 8.5, type: 'VEG' },
        { name: 'Lamb Curry', price: 12.25, type: 'NON_VEG' },
      ],
    },
    answer: added,
  });
  return { restaurantId: data.restaurant_id, menuIds: data.menu_ids };
}

export const restaurantConfirms = (addresses: Addresses, order: PlacedOrder): Promise<unknown> =>
  decide(addresses, order, { what: 'The restaurant confirms it', body: { status: 'CONFIRMED' } });

export const restaurantRefuses = (addresses: Addresses, order: PlacedOrder, reason: string): Promise<unknown> =>
  decide(addresses, order, { what: 'The restaurant refuses it', body: { status: 'CANCELLED', reason } });

/** The order has ended: 400. */
export const restaurantConfirmsTooLate = (addresses: Addresses, order: PlacedOrder): Promise<unknown> =>
  decide(addresses, order, { what: 'A yes comes too late', body: { status: 'CONFIRMED' }, status: 400 });

function decide(
  { RESTAURANT_SERVICE_URL: base }: Addresses,
  { orderId, restaurantId }: PlacedOrder,
  asked: { what: string; body: object; status?: number },
): Promise<unknown> {
  return ask({
    ...asked,
    by: aRestaurant(restaurantId),
    method: 'POST',
    base,
    path: `/orders/${orderId}/decision`,
    answer: z.unknown(),
  });
}
