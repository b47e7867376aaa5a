import type { NumberedEntry } from '../../contracts/events';
import { finalTypes, type LogEntry } from '../../contracts/order-log';
import type { Database, Transaction } from './client';
import { Prisma } from './generated/client';

/**
 * SQL that appends to an order's log the entries whose keys it lacks, numbered from its last one, and returns NULL. The statement that it is part of
 * must have locked the order's record, or inserted it: the numbers of an order are given by one transaction at a time.
 */
export const appending = (orderId: string, log: readonly LogEntry[]): Prisma.Sql =>
  Prisma.sql`append_order_events(${orderId}::uuid, ${JSON.stringify(log)}::jsonb)`;

/** Appends the entries that the order's log lacks. Nothing happens without a record. Idempotent. */
export async function appendEvents(db: Transaction, orderId: string, log: readonly LogEntry[]): Promise<void> {
  await db.$executeRaw`
    WITH record AS (SELECT "order_id" FROM "userOrder" WHERE "order_id" = ${orderId}::uuid FOR UPDATE)
    SELECT ${appending(orderId, log)} FROM record`;
}

/** Taken to be published at a time. */
export const relayBatch = 500;
/** What the relay tells the channel: events have got their places. Otherwise it is the order's id. */
export const everyOrder = 'all';
/** How long another process waits before it takes over from one that relays no more. */
const holdSeconds = 5;

/**
 * For the one process that relays: notes that the broker has confirmed the events up to this position, gives new ones their places among all, and
 * returns what is to be published, in order, at most `relayBatch`. Empty for the other processes, and if there is nothing to do.
 */
export async function takeToPublish(db: Database, processId: string, confirmed: bigint): Promise<RelayedEvent[]> {
  return db.$queryRaw<RelayedEvent[]>`
    SELECT "order_id" AS "orderId", "n", "type", "at", "data", "position"
    FROM relay_order_events(${processId}::uuid, make_interval(secs => ${holdSeconds}), ${relayBatch}::int, ${confirmed})`;
}

export type RelayedEvent = NumberedEntry & { position: bigint };

/** Another process may relay at once, behind this position. */
export async function releaseRelay(db: Database, processId: string, confirmed: bigint): Promise<void> {
  await db.$executeRaw`
    UPDATE "EventRelay" SET "held_until" = now(), "published" = GREATEST("published", ${confirmed})
    WHERE "holder" = ${processId}::uuid`;
}

/** An order's events behind its nth. */
export const eventsOf = (db: Database, orderId: string, n: number, limit: number): Promise<NumberedEntry[]> =>
  db.orderEvent.findMany({ where: { orderId, n: { gt: n } }, orderBy: { n: 'asc' }, take: limit });

/** All orders' events behind a position. */
export async function eventsAfter(db: Database, position: bigint, limit: number): Promise<RelayedEvent[]> {
  const events = await db.orderEvent.findMany({
    where: { position: { gt: position } },
    orderBy: { position: 'asc' },
    take: limit,
  });
  return events as RelayedEvent[]; // each has its position
}

/** The position of the last event. */
export async function lastPosition(db: Database): Promise<bigint> {
  return (await db.eventRelay.findUniqueOrThrow({ where: { id: 1 } })).position;
}

/** The number of an order's last event, 0 without any, and whether the order is over by its log. */
export async function endOfLog(db: Database, orderId: string): Promise<{ last: number; isOver: boolean }> {
  const events = await db.orderEvent.findMany({ where: { orderId }, select: { n: true, type: true } });
  const isOver = events.some(({ type }) => (finalTypes as string[]).includes(type));
  return { last: Math.max(0, ...events.map(({ n }) => n)), isOver };
}
