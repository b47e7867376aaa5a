import type { ChangeDeliveryMessage, ChangeDeliveryReply } from '../../contracts/messages';
import type { DeliveryMove } from '../../contracts/states';
import * as deliveries from '../../prisma/delivery/assignments';
import type { Transaction } from '../../prisma/delivery/client';
import { matchWaiting } from '../../prisma/delivery/matching';
import type { MatchingDeps } from './assign-agent';

/**
 * Changes a delivery: PENDING -> PICKED_UP -> DELIVERED, PENDING | PICKED_UP -> CANCELLED, and back to waiting when its agent declines.
 * A freed agent gets the oldest waiting order in the same transaction. Idempotent: a repeat is `unchanged` and frees no agent. Cancelling an
 * unknown order leaves a tombstone: it never gets an agent. A change that the state does not allow is refused with that state, null without
 * an agent.
 */
export const changeDelivery =
  ({ db, notifyOrders }: MatchingDeps) =>
  async (message: ChangeDeliveryMessage): Promise<ChangeDeliveryReply> => {
    // A pick-up is usually one statement; every other case needs a transaction.
    if (message.status === 'PICKED_UP' && (await deliveries.pickUp(db, message.order_id)))
      return { outcome: 'changed' };
    const { reply, matches } = await db.$transaction(async (tx) => {
      const { order_id: orderId, status } = message;
      const answer =
        status === 'DECLINED' ? await decline(tx, orderId, message.agent_id) : await move(tx, orderId, status);
      const mayFree = answer.outcome === 'changed' && status !== 'PICKED_UP';
      return { reply: answer, matches: mayFree ? await matchWaiting(tx) : [] };
    });
    await notifyOrders(matches);
    return reply;
  };

async function move(tx: Transaction, orderId: string, to: DeliveryMove): Promise<ChangeDeliveryReply> {
  const moved = await underLocks(() =>
    to === 'PICKED_UP' ? deliveries.pickUp(tx, orderId) : deliveries.endDelivery(tx, orderId, to),
  );
  if (moved) return { outcome: 'changed' };
  const delivery = await deliveries.findDelivery(tx, orderId);
  if (!delivery && to === 'CANCELLED') {
    await deliveries.leaveTombstone(tx, orderId);
    return { outcome: 'changed' };
  }
  if (delivery?.status === to) return { outcome: 'unchanged' };
  // A tombstone is CANCELLED without an agent; only a delivery that waits for one has no state yet.
  return { outcome: 'refused', status: delivery && !deliveries.isWaiting(delivery) ? delivery.status : null };
}

async function decline(tx: Transaction, orderId: string, agentId: string): Promise<ChangeDeliveryReply> {
  if (await underLocks(() => deliveries.declineJob(tx, orderId, agentId))) return { outcome: 'changed' };
  if (await deliveries.hasDeclined(tx, orderId, agentId)) return { outcome: 'unchanged' };
  const delivery = await deliveries.findDelivery(tx, orderId);
  return { outcome: 'refused', status: delivery?.status ?? null };
}

/** A statement that takes its own locks may have begun before the row existed. The second time the locks are held, and it sees every row. */
const underLocks = async (statement: () => Promise<boolean>): Promise<boolean> =>
  (await statement()) || (await statement());
