import { z } from 'zod';
import type { Addresses } from './addresses';
import type { PlacedOrder } from './cast';
import { aCustomer, authorization } from '../stack/access';
import { until } from './http';
import { selectRows } from './rows';
import { heading, paint, print, timeOfDay } from './screen';

const page = z.object({
  rating: z.object({ order_rating: z.number(), agent_rating: z.number() }).nullable(),
  timeline: z.array(z.object({ at: z.coerce.date(), event: z.string(), detail: z.string().optional() })).nullable(),
});

/** The order's course, as its workflow tells it, and the rating that may have followed. Waits for the event that ends it. */
export async function printTimeline(addresses: Addresses, order: PlacedOrder, last: string): Promise<void> {
  const { timeline, rating } = await until(`"${last}" in the timeline`, async () => {
    const response = await fetch(`${addresses.USER_SERVICE_URL}/orders/${order.orderId}`, {
      headers: { ...(await authorization(aCustomer(order.userId))) },
    });
    const read = page.parse(await response.json());
    return read.timeline?.some(({ event }) => event === last) ? read : undefined;
  });
  const story = [...(timeline ?? [])];
  if (rating) {
    const detail = `order ${rating.order_rating}, agent ${rating.agent_rating}`;
    story.push({ at: await ratedAt(addresses, order), event: 'rated', detail });
  }
  heading(`The timeline of order ${order.orderId}`, 'UTC, and since the placement');
  const start = story[0]?.at.getTime() ?? 0;
  for (const { at, event, detail } of story) {
    const since = `+${at.getTime() - start} ms`.padStart(10);
    print(`    ${timeOfDay(at)} ${paint('dim', since)}  ${event}${detail ? paint('dim', `  ${detail}`) : ''}`);
  }
}

async function ratedAt({ USER_DATABASE_URL }: Addresses, { orderId }: PlacedOrder): Promise<Date> {
  const { rows } = await selectRows(
    USER_DATABASE_URL,
    `SELECT r.created_at FROM "userRating" r JOIN "userOrder" o ON o.id = r.user_order_id WHERE o.order_id = $1`,
    [orderId],
  );
  return z.date().parse(rows[0]?.[0]);
}
