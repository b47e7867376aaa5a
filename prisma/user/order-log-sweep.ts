/** Completes the logs of orders whose records say more: those of before there was a log, imported ones, and those that an older build has moved. */
import { logged, loggedTypes, type LogEntry, type LoggedType } from '../../contracts/order-log';
import type { Database } from './client';
import { Prisma } from './generated/client';
import type { StoredOrder } from './orders';

/** The most orders that one call completes. Their records are locked meanwhile, for a fraction of a second. */
export const sweepBatch = 500;
/** Younger records may be about to get the events by their workflow. */
const untouchedMinutes = 5;
/** What happened earlier is only logged: an import of old orders would else flood every consumer with news of the past. */
const publishedHours = 24;

/**
 * Appends what the logs of at most `sweepBatch` orders lack, by their records. Returns their number: 0 if there is none left. Records that are
 * locked are left for the next call. Idempotent, and several processes may call it at once.
 */
export const completeLogs = (db: Database): Promise<number> =>
  db.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ orderId: string }[]>`
      WITH "lacking" AS (
        (SELECT "order_id" FROM "userOrder"
         WHERE ${lacksEvents} AND "updated_at" < now() - make_interval(mins => ${untouchedMinutes}::int)
         ORDER BY "updated_at" LIMIT ${sweepBatch / 2})
        UNION
        (SELECT "order_id" FROM "userRating" AS rating JOIN "userOrder" ON "userOrder"."id" = rating."user_order_id"
         WHERE NOT rating."logged" AND rating."created_at" < now() - make_interval(mins => ${untouchedMinutes}::int)
         ORDER BY rating."created_at" LIMIT ${sweepBatch / 2})
      )
      SELECT "order_id" AS "orderId" FROM "userOrder" WHERE "order_id" IN (SELECT "order_id" FROM "lacking")
      ORDER BY "order_id" FOR NO KEY UPDATE SKIP LOCKED`;
    const orders = await tx.userOrder.findMany({
      where: { orderId: { in: rows.map(({ orderId }) => orderId) } },
      include: { rating: true, events: { select: { type: true } } },
    });
    const lacking = orders.map((order) => {
      const known = order.events.map(({ type }) => type as LoggedType);
      return { order_id: order.orderId, log: lackingEntries(order, known) };
    });
    await tx.$executeRaw`
      SELECT append_order_events(order_id, log, now() - make_interval(hours => ${publishedHours}::int))
      FROM jsonb_to_recordset(${JSON.stringify(lacking)}::jsonb) AS lacking(order_id uuid, log jsonb)`;
    // Raw, because this is no change of the record: its `updated_at` stays.
    await tx.$executeRaw`
      UPDATE "userOrder" SET "logged" = ${saidByRecord} WHERE "order_id" = ANY(${orders.map(({ orderId }) => orderId)}::uuid[])`;
    await tx.userRating.updateMany({
      where: { id: { in: orders.flatMap(({ rating }) => rating?.id ?? []) } },
      data: { logged: true },
    });
    return orders.length;
  });

/** As the index "userOrder_unlogged_idx" has it. */
const saidByRecord = Prisma.sql`
  CASE WHEN "status" = 'CANCELLED' OR "delivered" THEN 3 WHEN "status" = 'CONFIRMED' THEN 2 ELSE 1 END`;
const lacksEvents = Prisma.sql`"logged" < ${saidByRecord}`;

/** What a log with these types lacks by the record. A later number is a later step: nothing is added that came before what is there. */
export function lackingEntries(record: StoredOrder, known: readonly LoggedType[]): LogEntry[] {
  const last = Math.max(...known.map(placeOf), -1);
  return entriesOf(record).filter(({ type }) => placeOf(type) > last);
}

const placeOf = (type: LoggedType): number => loggedTypes.indexOf(type);

/** The record has the times of the placement and of its last change, but no agent, restaurants, or whom an order was cancelled by. */
function entriesOf({ status, delivered, total, reason, placedAt, updatedAt, rating }: StoredOrder): LogEntry[] {
  const [placed, changed] = [placedAt.toISOString(), updatedAt.toISOString()];
  const price = total && total.toFixed(2);
  return [
    logged.placed(placed, []),
    ...(price === null ? [] : logged.priced(placed, price)),
    ...(status === 'CONFIRMED' ? [logged.confirmed(changed, price)] : []),
    ...(delivered ? [logged.delivered(changed, null)] : []),
    ...(status === 'CANCELLED' ? [logged.cancelled(changed, false, reason, null)] : []),
    ...(rating ? [logged.rated(rating.createdAt.toISOString(), rating.orderRating, rating.agentRating)] : []),
  ];
}
