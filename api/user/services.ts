import { z } from 'zod';
import type { Registry } from 'prom-client';
import { breakerMetrics, createBreaker, BreakerOpenError, type Breaker } from '../../lib/http/circuit-breaker';
import { correlationHeaders } from '../../lib/logging/correlation';
import type { Log } from '../../lib/logging/log';
import type { OrderPart } from '../../contracts/answers/orders';
import { deliveryStatuses, orderStatuses } from '../../contracts/states';
import type { Authorize } from '../http/access-config';
import { unavailable, type HttpProblem } from '../http/problems';

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
  /** Shown as they come. */
  orders: z.array(z.custom<OrderPart>()),
});
export type RestaurantOrder = z.infer<typeof restaurantOrder>;

const deliveryPart = z.looseObject({
  status: z.enum(deliveryStatuses),
  agent_id: z.string(),
  agent_name: z.string(),
});
export type Delivery = z.infer<typeof deliveryPart>;

const restaurantOrders = z.object({ data: z.tuple([restaurantOrder]) });
const deliveryAnswer = z.object({ data: deliveryPart });

/** Well under the 3 s after which an action is answered as accepted, far above what a healthy service takes. */
const requestTimeoutMs = 1_500;

export interface ServicesOptions {
  /** Base URLs. */
  urls: { restaurant: string; delivery: string };
  /** How this service shows the others who it is. */
  authorize: Authorize;
  log: Log;
  registry?: Registry;
}

/** Each service behind a breaker of its own: one that is away costs nobody a wait. */
export function createServices({ urls, authorize, log, registry }: ServicesOptions): Services {
  const metrics = breakerMetrics(registry);
  const restaurant = createBreaker('restaurant', log, metrics);
  const delivery = createBreaker('delivery', log, metrics);
  const get = getWith(authorize);
  return {
    async restaurantsOpenAt(hour) {
      const body = await get(restaurant, `${urls.restaurant}/restaurants?hour=${hour}`, (text) => text);
      if (body === null) throw away(restaurant); // it always knows who is open: something else answers there
      return body;
    },
    restaurantOrder: (orderId) =>
      get(
        restaurant,
        `${urls.restaurant}/orders?order_id=${orderId}`,
        (body) => restaurantOrders.parse(JSON.parse(body)).data[0],
      ),
    delivery: (orderId) =>
      get(delivery, `${urls.delivery}/deliveries/${orderId}`, (body) => deliveryAnswer.parse(JSON.parse(body)).data),
  };
}

/** What is read from a 200, null for a 404. Throws 503 when the service fails, is too slow, or did so often a moment ago. */
const getWith =
  (authorize: Authorize) =>
  async <T>(breaker: Breaker, url: string, read: (body: string) => T): Promise<T | null> => {
    try {
      return await breaker.run(async () => {
        const body = await fetchText(url, { ...(await authorize()), ...correlationHeaders() });
        return body === null ? null : read(body);
      });
    } catch (err) {
      throw away(breaker, err);
    }
  };

function away({ name }: Breaker, cause?: unknown): HttpProblem {
  const retryAfterSeconds = cause instanceof BreakerOpenError ? cause.retryAfterSeconds : undefined;
  return Object.assign(unavailable(`The ${name} service is away. Try again.`, retryAfterSeconds), { cause });
}

/** Rejects when the service does not say that it is well. */
export async function checkService(baseUrl: string): Promise<void> {
  await fetchText(`${baseUrl}/health`);
}

async function fetchText(url: string, headers: Record<string, string> = {}): Promise<string | null> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(requestTimeoutMs) });
  const body = await response.text();
  if (response.status === 404) return null;
  if (response.ok) return body;
  throw new Error(`${url} answered ${response.status}`);
}
