import type { OrderStatus } from '../../contracts/states';
import type { PageEnd } from '../../contracts/values';
import type { Database } from './client';
import type { Prisma } from './generated/client';

const everything = {
  orders: {
    orderBy: { restaurantId: 'asc' },
    include: {
      restaurant: { omit: { ratingSum: true, ratingCount: true, updatedAt: true } },
      items: {
        orderBy: { menuItem: { position: 'asc' } },
        include: { menuItem: { select: { description: true, createdAt: true } } },
      },
    },
  },
} satisfies Prisma.OrderGroupInclude;

export type StoredGroup = Prisma.OrderGroupGetPayload<{ include: typeof everything }>;

export interface OrderFilter {
  orderId?: string | undefined;
  userId?: string | undefined;
  /** Whole groups that have a part of one of these restaurants. */
  restaurantIds?: string[] | undefined;
  /** Of the group, or of the parts of `restaurantIds`. */
  status?: OrderStatus | undefined;
}

/** Items on one page: about a megabyte. An order with more is a page of its own. */
const maxItems = 2_000;

/**
 * A page of order groups without tombstones, newest first, after that end of the previous page: at most `limit`, and fewer if they have many
 * items (`isCut`).
 */
export async function listOrderGroups(db: Database, filter: OrderFilter, limit: number, after?: PageEnd) {
  const { orderId, userId, restaurantIds, status } = filter;
  const where: Prisma.OrderGroupWhereInput = {
    orderId,
    userId,
    ...(restaurantIds ? { orders: { some: { restaurantId: { in: restaurantIds }, status } } } : { status }),
    total: { not: null }, // only a tombstone has none
    ...(after && {
      placedAt: { lte: after.at },
      OR: [{ placedAt: { lt: after.at } }, { orderId: { lt: after.id } }],
    }),
  };
  const read = (which: Prisma.OrderGroupWhereInput): Promise<StoredGroup[]> =>
    db.orderGroup.findMany({ where: which, orderBy: newestFirst, take: limit, include: everything });
  // One order is a page, whatever its size: its customer's page asks for it, and need not wait for a count.
  if (orderId !== undefined) return { groups: await read(where), isCut: false };

  const page = await db.orderGroup.findMany({
    where,
    orderBy: newestFirst,
    take: limit,
    select: { orderId: true, orders: { select: { _count: { select: { items: true } } } } },
  });
  const shown = firstOf(page);
  return { groups: await read({ orderId: { in: shown } }), isCut: shown.length < page.length };
}

const newestFirst = [{ placedAt: 'desc' }, { orderId: 'desc' }] satisfies Prisma.OrderGroupOrderByWithRelationInput[];

/** The ids of as many groups as a page has room for, at least one. */
function firstOf(page: { orderId: string; orders: { _count: { items: number } }[] }[]): string[] {
  const ids: string[] = [];
  let items = 0;
  for (const { orderId, orders } of page) {
    items += orders.reduce((sum, { _count }) => sum + _count.items, 0);
    if (items > maxItems && ids.length > 0) break;
    ids.push(orderId);
  }
  return ids;
}

/** One order group, possibly a tombstone; null if the order is unknown. */
export const findOrderGroup = (db: Database, orderId: string): Promise<StoredGroup | null> =>
  db.orderGroup.findUnique({ where: { orderId }, include: everything, relationLoadStrategy: 'join' });

export async function restaurantsOf(db: Database, orderId: string): Promise<string[]> {
  const parts = await db.order.findMany({ where: { orderGroupId: orderId }, select: { restaurantId: true } });
  return parts.map(({ restaurantId }) => restaurantId);
}

/** The restaurants of each of these orders. */
export async function partsOf(db: Database, orderIds: string[]): Promise<Map<string, string[]>> {
  const parts = await db.order.findMany({
    where: { orderGroupId: { in: orderIds } },
    select: { orderGroupId: true, restaurantId: true },
  });
  const byOrder = new Map<string, string[]>();
  for (const { orderGroupId, restaurantId } of parts)
    byOrder.set(orderGroupId, [...(byOrder.get(orderGroupId) ?? []), restaurantId]);
  return byOrder;
}

const row = { orderId: true, userId: true, placedAt: true, status: true, total: true, reason: true } as const;
export type OrderRow = Prisma.OrderGroupGetPayload<{ select: typeof row }>;

/** The group's own row, possibly a tombstone; null if the order is unknown. */
export const findOrder = (db: Database, orderId: string): Promise<OrderRow | null> =>
  db.orderGroup.findUnique({ where: { orderId }, select: row });

/** At most `limit` ids of orders that are not CANCELLED, ascending, after the given one. Includes delivered ones: this side does not know of deliveries. */
export async function openOrderIds(db: Database, after: string, limit: number): Promise<string[]> {
  const rows = await db.orderGroup.findMany({
    where: { orderId: { gt: after }, status: { not: 'CANCELLED' } },
    orderBy: { orderId: 'asc' },
    take: limit,
    select: { orderId: true },
  });
  return rows.map(({ orderId }) => orderId);
}

export const findGroups = (db: Database, orderIds: string[]) =>
  db.orderGroup.findMany({
    where: { orderId: { in: orderIds } },
    include: { orders: { select: { restaurantId: true, status: true, reason: true } } },
  });

export type OrderGroup = Awaited<ReturnType<typeof findGroups>>[number];
