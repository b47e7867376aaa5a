/**
 * The locks of the delivery database, all held to the end of the transaction. They are always taken in this order, so that no deadlock
 * arises:
 *
 *   1. the order lock      one message of an order at a time (../order-lock.ts)
 *   2. the match lock      queueing a waiting order, and freeing or adding an agent, one transaction at a time
 *   3. rows                first the assignment's, then the agent's
 *
 * A transaction that holds rows takes no lock above them. Two transactions take rows in reverse, agent first: the one that finds a free
 * agent at once, and the one that matches. The first then only inserts a row of its own. The second takes an assignment without
 * an agent, and only holders of the match lock write those.
 */
import { lockedOrder } from '../order-lock';
import type { Transaction } from './client';
import { Prisma } from './generated/client';

/** The order lock and then the match lock, as `lockedOrder`. The other parts of the statement wait for `matching`. */
export const lockedMatch = (orderId: string): Prisma.Sql =>
  Prisma.sql`${lockedOrder(orderId)}, matching AS MATERIALIZED (SELECT ${takeMatchLock} FROM locked)`;

/**
 * Takes the match lock. Look for waiting orders and free agents in a later statement, which sees what the previous holder left: then an
 * order that finds no agent and an agent that finds no order cannot miss each other.
 */
export async function lockMatch(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT ${takeMatchLock}`;
}

/** Two keys: a key space apart from the order locks, which have one. */
export const takeMatchLock = Prisma.sql`pg_advisory_xact_lock(hashtext('match'), 0)`;
