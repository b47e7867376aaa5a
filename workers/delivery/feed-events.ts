import { without, type OrderEvent } from '../../contracts/events';
import { agentsOf } from '../../prisma/delivery/assignments';
import type { Database } from '../../prisma/delivery/client';
import { appendToFeeds, type FeedEntry } from '../../prisma/feeds';

/** Appends the events to the feeds of the agents whose job the order is, or was. Idempotent. */
export const feedEvents =
  (db: Database) =>
  async (events: OrderEvent[]): Promise<void> => {
    const agents = await agentsOf(db, [...new Set(events.map(({ data }) => data.order_id))]);
    const entries = events.flatMap((event) => viewOf(event, agents.get(event.data.order_id)));
    await appendToFeeds(db, entries);
  };

/** The event names its agent, unless that is the one who has the job now. */
function viewOf(event: OrderEvent, present: string | undefined): FeedEntry[] {
  const { data } = event;
  const feed = ('agent' in data ? data.agent?.agent_id : undefined) ?? present;
  if (feed === undefined) return [];
  return [{ feed, event: without(event, 'order_rating') }];
}
