/** Feeds of events, one for each restaurant or agent, in the restaurant and delivery databases alike. */
import { sqltag as sql, type Sql } from '@prisma/client/runtime/client';
import type { OrderEvent } from '../contracts/events';

/** An event for one feed. */
export interface FeedEntry {
  feed: string;
  event: OrderEvent;
}

/** An event of a feed, with its place there. */
export interface FeedItem {
  position: bigint;
  event: OrderEvent;
}

interface FeedDatabase {
  $executeRaw(query: Sql): Promise<number>;
  $queryRaw<T>(query: Sql): Promise<T>;
}

/** Appends the events that their feeds lack, in this order, and tells who listens. Idempotent. */
export async function appendToFeeds(db: FeedDatabase, entries: FeedEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ feed, event }) => ({ feed, id: event.id, event }));
  await db.$executeRaw(sql`SELECT append_to_feeds(${JSON.stringify(rows)}::jsonb)`);
}

/** The events of a feed behind a position, in order. */
export const readFeed = (db: FeedDatabase, feed: string, position: bigint, limit: number): Promise<FeedItem[]> =>
  db.$queryRaw(sql`
    SELECT "position", "event" FROM "FeedEvent"
    WHERE "feed_id" = ${feed}::uuid AND "position" > ${position} ORDER BY "position" LIMIT ${limit}`);

/** From which position on a feed is complete, and its last one; both 0 for one without any event. */
export async function feedBounds(db: FeedDatabase, feed: string): Promise<{ pruned: bigint; position: bigint }> {
  const [bounds] = await db.$queryRaw<{ pruned: bigint; position: bigint }[]>(
    sql`SELECT "pruned", "position" FROM "Feed" WHERE "id" = ${feed}::uuid`,
  );
  return bounds ?? { pruned: 0n, position: 0n };
}

/** The most events that one call of `pruneFeeds` removes. */
export const pruneBatch = 10_000;

/**
 * Removes events that are older, at most `pruneBatch`. Streams that would go on at one of them begin anew. Locks the feeds in the order in which
 * appends do. Returns how many events it has removed.
 */
export const pruneFeeds = (db: FeedDatabase, olderThan: Date): Promise<number> =>
  db.$executeRaw(sql`
    WITH old AS (
      DELETE FROM "FeedEvent" WHERE ("feed_id", "position") IN (
        SELECT "feed_id", "position" FROM "FeedEvent" WHERE "created_at" < ${olderThan}
        ORDER BY "created_at" LIMIT ${pruneBatch} FOR UPDATE SKIP LOCKED)
      RETURNING "feed_id", "position"
    ), last AS (SELECT "feed_id", max("position") AS "position" FROM old GROUP BY "feed_id"),
    locked AS (SELECT "id" FROM "Feed" WHERE "id" IN (SELECT "feed_id" FROM last) ORDER BY "id" FOR UPDATE),
    marked AS (
      UPDATE "Feed" SET "pruned" = GREATEST("pruned", last."position") FROM last JOIN locked ON last."feed_id" = locked."id"
      WHERE "Feed"."id" = locked."id")
    SELECT FROM old`);
