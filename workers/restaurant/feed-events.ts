import { without, type OrderEvent } from '../../contracts/events';
import { appendToFeeds, type FeedEntry } from '../../prisma/feeds';
import type { Database } from '../../prisma/restaurant/client';
import { partsOf } from '../../prisma/restaurant/orders';

/** Appends the events to the feeds of the restaurants that have a part of the order, as each may see it. Idempotent. */
export const feedEvents =
  (db: Database) =>
  async (events: OrderEvent[]): Promise<void> => {
    const parts = await partsOf(db, [...new Set(events.map(({ data }) => data.order_id))]);
    const entries = events.flatMap((event) => viewsOf(event, parts.get(event.data.order_id) ?? []));
    await appendToFeeds(db, entries);
  };

/** A restaurant receives no event that concerns another restaurant's part alone. */
function viewsOf(event: OrderEvent, restaurants: readonly string[]): FeedEntry[] {
  const { data } = event;
  const concerned = 'restaurant_id' in data ? restaurants.filter((id) => id === data.restaurant_id) : restaurants;
  const own = without(event, 'total', 'agent_rating'); // the total is the whole order's
  return concerned.map((feed) => ({ feed, event: own }));
}
