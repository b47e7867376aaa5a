/**
 * The locks of the delivery database, all held to the end of the transaction. Everybody takes them in one order, so that nobody
 * waits in a circle:
 *
 *   1. the order lock      one message of an order at a time
 *   2. the match lock      queueing a waiting order, and freeing or adding an agent, one transaction at a time
 *   3. rows                first the assignment's, then the agent's
 *
 * Whoever holds rows asks for no lock above them. Two transactions take rows the other way round, agent first: the one that finds
 * a free agent at once, and the one that matches. The first then only inserts a row of its own; the second takes an assignment
 * without agent, and those are written by nobody who does not hold the match lock.
 */
import type { Transaction } from './client';
import { Prisma } from './generated/client';

/** Makes the messages of one order wait for each other. */
export async function lockOrder(tx: Transaction, orderId: string): Promise<void> {
  await tx.$executeRaw`WITH ${lockedOrder(orderId)} SELECT FROM locked`;
}

/**
 * The order lock as the first part of a statement, whose other parts wait for it by `WHERE EXISTS (SELECT FROM locked)`. What such a
 * statement reads may be as old as its beginning; what it writes is not: an UPDATE looks at the row, an INSERT at the key, as
 * the one before it has left them.
 */
export const lockedOrder = (orderId: string): Prisma.Sql =>
  Prisma.sql`locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended(${orderId}, 0)))`;

/** The order lock and then the match lock, likewise; the other parts wait for `matching`. */
export const lockedMatch = (orderId: string): Prisma.Sql =>
  Prisma.sql`${lockedOrder(orderId)}, matching AS MATERIALIZED (SELECT ${takeMatchLock} FROM locked)`;

/**
 * Makes those who match wait for each other. Who waits and who is free is looked at by a later statement: it sees what the
 * previous holder has left. An order that finds nobody free and an agent who finds nobody waiting can't miss each other so.
 */
export async function lockMatch(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT ${takeMatchLock}`;
}

/** Two keys: a key space apart from the order locks, which have one. */
const takeMatchLock = Prisma.sql`pg_advisory_xact_lock(hashtext('match'), 0)`;
