import type { OrderStatus } from '../../contracts/states';
import type { FirstPlacement } from '../../contracts/workflow';
import type { Prisma } from './generated/client';
import type { Database } from './client';

export interface NewOrder {
  orderId: string;
  userId: string;
  placedAt: string;
  bodyHash: string;
}

/** Records a placed order. Idempotent: an existing record is kept. Returns the record; it is CANCELLED if a compensation came first. */
export async function recordOrder(db: Database, order: NewOrder): Promise<FirstPlacement> {
  const rows = await db.$queryRaw<(Omit<FirstPlacement, 'placedAt'> & { placedAt: Date })[]>`
    INSERT INTO "userOrder" ("order_id", "user_id", "placed_at", "body_hash")
    VALUES (${order.orderId}::uuid, ${order.userId}::uuid, ${order.placedAt}::timestamptz, ${order.bodyHash})
    ON CONFLICT ("order_id") DO UPDATE SET "body_hash" = COALESCE("userOrder"."body_hash", EXCLUDED."body_hash")
    RETURNING "status", "delivered", "placed_at" AS "placedAt", "body_hash" AS "bodyHash", "total"::text, "reason"`;
  const [recorded] = rows;
  if (!recorded) throw new Error(`the record of the order ${order.orderId} was not written`);
  return { ...recorded, placedAt: recorded.placedAt.toISOString() };
}

export interface Progress {
  orderId: string;
  userId: string;
  placedAt: string;
  status: OrderStatus;
  delivered: boolean;
  total: string | null;
  reason: string | null;
}

/** Moves the record forward, never back: PENDING, CONFIRMED, then CANCELLED or delivered. Creates it if it is missing. Idempotent. */
export async function recordProgress(db: Database, progress: Progress): Promise<void> {
  const { orderId, userId, placedAt, status, delivered, total, reason } = progress;
  await db.$executeRaw`
    INSERT INTO "userOrder" ("order_id", "user_id", "placed_at", "status", "delivered", "total", "reason")
    VALUES (${orderId}::uuid, ${userId}::uuid, ${placedAt}::timestamptz, ${status}::"OrderStatus", ${delivered}, ${total}::decimal, ${reason})
    ON CONFLICT ("order_id") DO UPDATE SET
      "status" = EXCLUDED."status",
      "delivered" = EXCLUDED."delivered",
      "total" = COALESCE(EXCLUDED."total", "userOrder"."total"),
      "reason" = EXCLUDED."reason",
      "updated_at" = now()
    WHERE "userOrder"."status" <> 'CANCELLED' AND NOT "userOrder"."delivered"
      AND EXCLUDED."status" >= "userOrder"."status"`;
}

const withRating = { rating: true } satisfies Prisma.UserOrderInclude;
export type StoredOrder = Prisma.UserOrderGetPayload<{ include: typeof withRating }>;

export const findOrder = (db: Database, orderId: string): Promise<StoredOrder | null> =>
  db.userOrder.findUnique({ where: { orderId }, include: withRating });

export interface HistoryPage {
  userId: string;
  limit: number;
  /** The last order of the previous page. */
  after?: { at: Date; id: string } | undefined;
}

/** A user's orders, newest first. */
export const listOrders = (db: Database, { userId, limit, after }: HistoryPage): Promise<StoredOrder[]> =>
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
