import { z } from 'zod';
import type { Registry } from 'prom-client';
import {
  breakerMetrics,
  createBreaker,
  BreakerOpenError,
  ServiceWorksError,
  type Breaker,
} from '../../lib/http/circuit-breaker';
import { correlationHeaders } from '../../lib/logging/correlation';
import type { Log } from '../../lib/logging/log';
import type { OrderPart } from '../../contracts/answers/orders';
import { deliveryStatuses, orderStatuses } from '../../contracts/states';
import type { Authorize } from '../http/access';
import { unavailable, type HttpProblem } from '../http/refusals';

/** Passed on as it is. */
const orderParts = z.array(z.custom<OrderPart>());
const restaurantOrder = z.object({ status: z.enum(orderStatuses), total: z.number().nullable(), orders: orderParts });
const restaurantOrders = z.object({ data: z.tuple([restaurantOrder]) });

const deliveryPart = z.object({ status: z.enum(deliveryStatuses), agent_id: z.string(), agent_name: z.string() });
const deliveryAnswer = z.object({ data: deliveryPart });

/** Well below the 3 s after which an action is answered as accepted, and far above what a healthy service takes. */
const requestTimeoutMs = 1_500;

type Service = 'restaurant' | 'delivery';

/** Calls of a service that fail together, and have a breaker of their own. */
interface KindOfCall {
  service: Service;
  breaker: Breaker;
}

interface ServicesOptions {
  urls: Record<Service, string>;
  authorize: Authorize;
  log: Log;
  registry?: Registry;
}

export type Services = ReturnType<typeof createServices>;

/**
 * The other services, over HTTP. One that is down delays no caller: each kind of call has a circuit breaker, so that reads of one order
 * cannot keep others from browsing.
 */
export function createServices({ urls, authorize, log, registry }: ServicesOptions) {
  const metrics = breakerMetrics(registry);
  const kindOfCall = (service: Service, name: string = service): KindOfCall => ({
    service,
    breaker: createBreaker(name, log, metrics),
  });
  const browsing = kindOfCall('restaurant', 'restaurant-browsing');
  const restaurant = kindOfCall('restaurant');
  const delivery = kindOfCall('delivery');
  /** What `read` makes of a 200; null for a 404. Throws HttpProblem: UNAVAILABLE when the service fails or times out, or the breaker is open. */
  const get = async <T>(kind: KindOfCall, path: string, read: (body: string) => T): Promise<T | null> => {
    try {
      return await kind.breaker.run(async () => {
        const body = await fetchText(urls[kind.service] + path, { ...(await authorize()), ...correlationHeaders() });
        return body === null ? null : read(body);
      });
    } catch (error) {
      throw unavailableService(kind, error);
    }
  };
  return {
    /** The restaurant service's own body. Throws HttpProblem: UNAVAILABLE, as all three do. */
    async restaurantsOpenAt(hour: number): Promise<string> {
      const body = await get(browsing, `/restaurants?hour=${hour}`, (text) => text);
      if (body === null) throw unavailableService(browsing); // it never answers 404 here: another program does
      return body;
    },
    /** Null when it has no such order. */
    restaurantOrder: (orderId: string) =>
      get(restaurant, `/orders?order_id=${orderId}`, (body) => restaurantOrders.parse(JSON.parse(body)).data[0]),
    /** Null before an agent is assigned. */
    delivery: (orderId: string) =>
      get(delivery, `/deliveries/${orderId}`, (body) => deliveryAnswer.parse(JSON.parse(body)).data),
  };
}

function unavailableService({ service }: KindOfCall, cause?: unknown): HttpProblem {
  const retryAfterSeconds = cause instanceof BreakerOpenError ? cause.retryAfterSeconds : undefined;
  return Object.assign(unavailable(`The ${service} service is unavailable. Try again.`, retryAfterSeconds), { cause });
}

/** Throws when the service does not answer its health check. */
export async function checkService(baseUrl: string): Promise<void> {
  await fetchText(`${baseUrl}/health`);
}

async function fetchText(url: string, headers: Record<string, string> = {}): Promise<string | null> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(requestTimeoutMs) });
  if (response.status !== 404 && !response.ok) {
    await response.body?.cancel(); // unread, it would hold its connection
    throw new Error(`${url} answered ${response.status}`);
  }
  const body = await response.text().catch((error: unknown) => {
    throw new ServiceWorksError(`the answer of ${url} did not arrive in time`, { cause: error });
  });
  return response.ok ? body : null;
}
