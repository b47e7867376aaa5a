import type { PlaceOrderMessage } from '../../contracts/messages';
import { reachOf, type LogEntry } from '../../contracts/order-log';
import type { PageEnd } from '../../contracts/values';
import type { FirstPlacement, OrderInput, OrderProgress } from '../../contracts/workflow';
import type { Database, Transaction } from './client';
import type { Prisma } from './generated/client';
import { appending } from './order-events';

interface OrderToRecord extends Pick<OrderInput, 'bodyHash' | 'maxOpenOrders'>, Pick<OrderProgress, 'log'> {
  order: Pick<PlaceOrderMessage, 'order_id' | 'user_id' | 'placed_at'>;
}

/**
 * Records a placed order. Idempotent: an existing record is kept. Returns the record, which is CANCELLED if a compensation came first. Null, and no
 * new record, if the customer has `maxOpenOrders` open ones: counted under the customer's lock, so two placements at once cannot both be the last.
 */
export async function recordOrder(db: Database, toRecord: OrderToRecord) {
  const { order, maxOpenOrders } = toRecord;
  if (maxOpenOrders === undefined) return insertRecord(db, toRecord);
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('customer'), hashtext(${order.user_id}))`;
    return (await hasRoom(tx, order, maxOpenOrders)) ? insertRecord(tx, toRecord) : null;
  });
}

/** Whether the customer has fewer open orders. An order that is recorded already has its room. */
export async function hasRoom(
  tx: Transaction,
  { order_id, user_id }: Pick<OrderToRecord['order'], 'order_id' | 'user_id'>,
  maxOpenOrders: number,
): Promise<boolean> {
  const [{ room }] = await tx.$queryRaw<[{ room: boolean }]>`
    SELECT EXISTS (SELECT FROM "userOrder" WHERE order_id = ${order_id}::uuid) OR ${maxOpenOrders}::int > (
      SELECT count(*) FROM "userOrder" WHERE user_id = ${user_id}::uuid AND status <> 'CANCELLED' AND NOT delivered
    ) AS room`;
  return room;
}

async function insertRecord(db: Transaction, { order, bodyHash, log = [] }: OrderToRecord): Promise<FirstPlacement> {
  const [recorded] = await db.$queryRaw<(Omit<FirstPlacement, 'placedAt'> & { placedAt: Date })[]>`
    WITH record AS (
      INSERT INTO "userOrder" ("order_id", "user_id", "placed_at", "body_hash", "logged")
      VALUES (${order.order_id}::uuid, ${order.user_id}::uuid, ${order.placed_at}::timestamptz, ${bodyHash}, ${reach(log)})
      ON CONFLICT ("order_id") DO UPDATE SET "body_hash" = COALESCE("userOrder"."body_hash", EXCLUDED."body_hash")
      RETURNING "status", "delivered", "placed_at" AS "placedAt", "body_hash" AS "bodyHash", "total"::text, "reason"
    )
    SELECT record.*, ${appending(order.order_id, log)} IS NULL AS "isLogged" FROM record`;
  if (!recorded) throw new Error(`the record of the order ${order.order_id} was not written`);
  return { ...recorded, placedAt: recorded.placedAt.toISOString() };
}

/**
 * Moves the record forward, never back: PENDING, CONFIRMED, then CANCELLED or delivered. Creates it if it is missing. Appends to the order's log
 * what it lacks, also where the record does not move. Idempotent.
 */
export async function recordProgress(db: Database, progress: OrderProgress): Promise<void> {
  const { order_id, user_id, placed_at, status, delivered, total, reason, log = [] } = progress;
  await db.$executeRaw`
    WITH record AS (
      INSERT INTO "userOrder" ("order_id", "user_id", "placed_at", "status", "delivered", "total", "reason", "logged")
      VALUES (${order_id}::uuid, ${user_id}::uuid, ${placed_at}::timestamptz, ${status}::"OrderStatus", ${delivered}, ${total}::decimal,
        ${reason}, ${reach(log)})
      ON CONFLICT ("order_id") DO UPDATE SET
        "status" = EXCLUDED."status",
        "delivered" = EXCLUDED."delivered",
        "total" = COALESCE(EXCLUDED."total", "userOrder"."total"),
        "reason" = EXCLUDED."reason",
        "logged" = GREATEST("userOrder"."logged", EXCLUDED."logged"),
        "updated_at" = now()
      WHERE "userOrder"."status" <> 'CANCELLED' AND NOT "userOrder"."delivered"
        AND EXCLUDED."status" >= "userOrder"."status"
      RETURNING 1
    )
    SELECT ${appending(order_id, log)} FROM (SELECT count(*) FROM record) AS moved`;
}

const reach = (log: readonly LogEntry[]): number => reachOf(log.map(({ type }) => type));

const withRating = { rating: true } satisfies Prisma.UserOrderInclude;
export type StoredOrder = Prisma.UserOrderGetPayload<{ include: typeof withRating }>;

export const findOrder = (db: Database, orderId: string): Promise<StoredOrder | null> =>
  db.userOrder.findUnique({ where: { orderId }, include: withRating });

/** At most `limit` of a user's orders, newest first, after that end of the previous page. */
export const listOrders = (db: Database, userId: string, limit: number, after?: PageEnd): Promise<StoredOrder[]> =>
  db.userOrder.findMany({
    where: {
      userId,
      ...(after && {
        placedAt: { lte: after.at }, // lets the index start there
        OR: [{ placedAt: { lt: after.at } }, { orderId: { lt: after.id } }],
      }),
    },
    orderBy: [{ placedAt: 'desc' }, { orderId: 'desc' }],
    take: limit,
    include: withRating,
  });

/** At most `limit` ids of orders that have not ended by their records, ascending, after the given one. */
export async function openOrderIds(db: Database, after: string, limit: number): Promise<string[]> {
  const rows = await db.userOrder.findMany({
    where: { orderId: { gt: after }, status: { not: 'CANCELLED' }, delivered: false },
    orderBy: { orderId: 'asc' },
    take: limit,
    select: { orderId: true },
  });
  return rows.map(({ orderId }) => orderId);
}

export const findRecords = (db: Database, orderIds: string[]) =>
  db.userOrder.findMany({ where: { orderId: { in: orderIds } }, include: { rating: true } });

/** A repair takes as long as the system that it repairs takes to answer. */
const lockOptions = { maxWait: 60_000, timeout: 60_000 };

/** Runs the work under a lock on the order that only repairs take: concurrent repairs of one order run one after the other. */
export const withRepairLock = <T>(db: Database, orderId: string, work: () => Promise<T>): Promise<T> =>
  db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('repair'), hashtext(${orderId}))`;
    return work();
  }, lockOptions);
