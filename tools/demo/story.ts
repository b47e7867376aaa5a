import { z } from 'zod';
import type { Addresses } from './addresses';
import { askUntil } from './http';
import { selectRows } from './rows';
import { heading, paint, print, timeOfDay } from './screen';
import type { WalkedOrder } from './walk';

const page = z.object({
  total: z.number(),
  agent: z.object({ name: z.string() }),
  rating: z.object({ order_rating: z.number(), agent_rating: z.number() }).nullable(),
  timeline: z.array(z.object({ at: z.string(), event: z.string(), detail: z.string().optional() })),
});

/** The order's course, as its workflow tells it, and the rating that followed; times since the placement. */
export async function printTimeline(addresses: Addresses, { orderId }: WalkedOrder): Promise<void> {
  const told = await askUntil(
    { what: 'Its page shows all of it', base: addresses.USER_SERVICE_URL, path: `/orders/${orderId}`, answer: page },
    ({ rating }) => rating !== null,
  );
  const stored = await selectRows(
    addresses.USER_DATABASE_URL,
    `SELECT r.created_at FROM "userRating" r JOIN "userOrder" o ON o.id = r.user_order_id WHERE o.order_id = $1`,
    [orderId],
  );
  const ratedAt = stored.rows[0]?.[0];
  const { rating } = told;
  const story = told.timeline.map((entry) => ({ ...entry, at: new Date(entry.at) }));
  if (ratedAt instanceof Date && rating)
    story.push({ at: ratedAt, event: 'rated', detail: `order ${rating.order_rating}, agent ${rating.agent_rating}` });

  heading(`The timeline of order ${orderId}`, 'UTC, and since the placement');
  const start = story[0]?.at.getTime() ?? 0;
  for (const { at, event, detail } of story) {
    const since = `+${at.getTime() - start} ms`.padStart(10);
    print(`    ${timeOfDay(at)} ${paint('dim', since)}  ${event}${detail ? paint('dim', `  ${detail}`) : ''}`);
  }
}
