import type { StreamSource } from '../lib/http/event-stream';
import { feedBounds, readFeed } from '../prisma/feeds';
import type { Refusal } from './http/refusals';
import { isRefusal } from './http/refusals';
import { positionAfter } from './http/streams';

/** A stream of the feed of a restaurant or an agent: from now on, or behind the last event that its client has. */
export async function feedStream(
  db: Parameters<typeof readFeed>[0],
  feed: string,
  lastEventId: string | undefined,
): Promise<{ source: StreamSource } | Refusal<'GONE'>> {
  const { pruned: first, position: last } = await feedBounds(db, feed);
  const after = positionAfter(lastEventId, { first, last }, last);
  if (isRefusal(after)) return after;
  return {
    source: {
      topic: feed,
      after,
      read: async (position, limit) =>
        (await readFeed(db, feed, position, limit)).map(({ position: place, event }) => ({
          position: place,
          type: event.type,
          event,
        })),
    },
  };
}
