import { z } from 'zod';
import { createBreaker, BreakerOpenError, type Breaker } from '../../lib/breaker';
import type { Log } from '../../lib/log';
import { deliveryStatuses, orderStatuses } from '../../contracts/states';
import { unavailable } from '../http/problems';

/** The other services, as the user service sees them over HTTP. */
export interface Services {
  /** The restaurant service's own body. Throws 503. */
  restaurantsOpenAt(hour: number): Promise<string>;
  /** Null when it has no such order. Throws 503. */
  restaurantOrder(orderId: string): Promise<RestaurantOrder | null>;
  /** Null before an agent is assigned. Throws 503. */
  delivery(orderId: string): Promise<Delivery | null>;
}

const restaurantOrder = z.looseObject({
  status: z.enum(orderStatuses),
  total: z.number().nullable(),
  orders: z.array(z.unknown()),
});
export type RestaurantOrder = z.infer<typeof restaurantOrder>;

const deliveryPart = z.looseObject({
  status: z.enum(deliveryStatuses),
  agent_id: z.string(),
  agent_name: z.string(),
});
export type Delivery = z.infer<typeof deliveryPart>;

const restaurantOrders = z.object({ data: z.array(restaurantOrder).min(1) });
const deliveryAnswer = z.object({ data: deliveryPart });

/** Well under the 3 s after which an action is answered as accepted, far above what a healthy service takes. */
const requestTimeoutMs = 1_500;

export interface ServicesOptions {
  /** Base URLs. */
  urls: { restaurant: string; delivery: string };
  log: Log;
}

/** Each service behind a breaker of its own: one that is away costs nobody a wait. */
export function createServices({ urls, log }: ServicesOptions): Services {
  const restaurant = createBreaker('restaurant', log);
  const delivery = createBreaker('delivery', log);
  return {
    async restaurantsOpenAt(hour) {
      const answer = await get(restaurant, `${urls.restaurant}/restaurants?hour=${hour}`);
      return answer ?? '';
    },
    async restaurantOrder(orderId) {
      const answer = await get(restaurant, `${urls.restaurant}/orders?order_id=${orderId}`);
      return answer === null ? null : (restaurantOrders.parse(JSON.parse(answer)).data[0] ?? null);
    },
    async delivery(orderId) {
      const answer = await get(delivery, `${urls.delivery}/deliveries/${orderId}`);
      return answer === null ? null : deliveryAnswer.parse(JSON.parse(answer)).data;
    },
  };
}

/** The body of a 200, null for a 404. Throws 503 when the service fails, is too slow, or did so often a moment ago. */
async function get(breaker: Breaker, url: string): Promise<string | null> {
  try {
    return await breaker.run(() => fetchText(url));
  } catch (err) {
    const retryAfterSeconds = err instanceof BreakerOpenError ? err.retryAfterSeconds : undefined;
    throw Object.assign(unavailable(`The ${breaker.name} service is away. Try again.`, retryAfterSeconds), {
      cause: err,
    });
  }
}

async function fetchText(url: string): Promise<string | null> {
  const response = await fetch(url, { signal: AbortSignal.timeout(requestTimeoutMs) });
  const body = await response.text();
  if (response.status === 404) return null;
  if (response.ok) return body;
  throw new Error(`${url} answered ${response.status}`);
}
