import { z } from 'zod';
import { bodyOf } from '../../platform/answer';
import type { Platform } from '../../platform/platform';
import { until } from '../../platform/until';
import type { Order } from '../people';
import { heading, paint, print, timeOfDay } from '../screen';
import { stepTimeoutMs } from '../steps';
import { selectRows, type Addresses } from '../system';

/** The order's timeline, and its rating if there is one. Waits for the event that ends it. */
export async function printTimeline(
  platform: Platform,
  addresses: Addresses,
  order: Order,
  last: string,
): Promise<void> {
  const { timeline, rating } = await until(
    `"${last}" is in the timeline`,
    async () => {
      const page = bodyOf(await platform.order(order.orderId));
      return page.timeline?.some(({ event }) => event === last) && page;
    },
    stepTimeoutMs,
  );
  const entries = (timeline ?? []).map(({ at, event, detail = '' }) => ({ at: new Date(at), event, detail }));
  if (rating) {
    const detail = `order ${rating.order_rating}, agent ${rating.agent_rating}`;
    entries.push({ at: await ratedAt(addresses, order), event: 'rated', detail });
  }
  heading(`The timeline of order ${order.orderId}`, 'UTC, and time since the placement');
  const start = entries[0]?.at.getTime() ?? 0;
  for (const { at, event, detail } of entries) {
    const since = `+${at.getTime() - start} ms`.padStart(10);
    print(`    ${timeOfDay(at)} ${paint('dim', since)}  ${event}${detail && paint('dim', `  ${detail}`)}`);
  }
}

async function ratedAt({ USER_DATABASE_URL }: Addresses, { orderId }: Order): Promise<Date> {
  const query = `SELECT r.created_at FROM "userRating" r JOIN "userOrder" o ON o.id = r.user_order_id WHERE o.order_id = $1`;
  const { rows } = await selectRows(USER_DATABASE_URL, query, orderId);
  return z.date().parse(rows[0]?.[0]);
}
