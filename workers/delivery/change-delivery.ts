import type { AgentAssignedMessage, ChangeDeliveryMessage, ChangeDeliveryReply } from '../../contracts/messages';
import type { DeliveryMove } from '../../contracts/states';
import {
  declineJob,
  endDelivery,
  findDelivery,
  hasDeclined,
  leaveTombstone,
  pickUp,
} from '../../prisma/delivery/assignments';
import type { Transaction } from '../../prisma/delivery/client';
import { lockOrder } from '../../prisma/order-lock';
import { matchWaiting } from '../../prisma/delivery/matching';
import type { MatchingDeps } from './assign-agent';

interface Change {
  reply: ChangeDeliveryReply;
  matches: AgentAssignedMessage[];
}

/**
 * Changes a delivery: PENDING -> PICKED_UP -> DELIVERED, PENDING | PICKED_UP -> CANCELLED, and back to waiting when its agent declines.
 * A freed agent gets the oldest waiting order in the same transaction.
 *
 * Idempotent: a repeat is `unchanged` and frees no agent. Cancelling an unknown order leaves a tombstone, so that it never gets an
 * agent. A change that the state does not allow is refused with that state, null without an agent.
 */
export const changeDelivery =
  ({ db, notifyOrders }: MatchingDeps) =>
  async (message: ChangeDeliveryMessage): Promise<ChangeDeliveryReply> => {
    // A pick-up is usually one statement; every other case needs a transaction.
    if (message.status === 'PICKED_UP' && (await pickUp(db, message.order_id))) return { outcome: 'changed' };
    const { reply, matches } = await db.$transaction((tx) => change(tx, message));
    await notifyOrders(matches);
    return reply;
  };

function change(tx: Transaction, message: ChangeDeliveryMessage): Promise<Change> {
  switch (message.status) {
    case 'PICKED_UP':
      return begin(tx, message.order_id);
    case 'DELIVERED':
    case 'CANCELLED':
      return end(tx, message.order_id, message.status);
    case 'DECLINED':
      return decline(tx, message.order_id, message.agent_id);
  }
}

async function begin(tx: Transaction, orderId: string): Promise<Change> {
  await lockOrder(tx, orderId);
  if (await pickUp(tx, orderId)) return changed();
  return unmoved(tx, orderId, 'PICKED_UP');
}

async function end(tx: Transaction, orderId: string, status: 'DELIVERED' | 'CANCELLED'): Promise<Change> {
  const ended = await underLocks(() => endDelivery(tx, orderId, status));
  return ended ? changed(await matchWaiting(tx)) : unmoved(tx, orderId, status);
}

async function decline(tx: Transaction, orderId: string, agentId: string): Promise<Change> {
  const declined = await underLocks(() => declineJob(tx, orderId, agentId));
  if (declined) return changed(await matchWaiting(tx));
  if (await hasDeclined(tx, orderId, agentId)) return unchanged;
  const delivery = await findDelivery(tx, orderId);
  return { reply: { outcome: 'refused', status: delivery?.status ?? null }, matches: [] };
}

/**
 * A statement that takes its own locks may have taken its snapshot before the row existed. So it runs a second time: the locks are held by
 * then, and it sees every row.
 */
const underLocks = async (statement: () => Promise<boolean>): Promise<boolean> =>
  (await statement()) || (await statement());

/** The row did not change: it is in that state already, the change is not allowed, or there is no row. */
async function unmoved(tx: Transaction, orderId: string, to: DeliveryMove): Promise<Change> {
  const delivery = await findDelivery(tx, orderId);
  if (!delivery && to === 'CANCELLED') {
    await leaveTombstone(tx, orderId);
    return changed();
  }
  if (delivery?.status === to) return unchanged;
  // A tombstone is CANCELLED without an agent; only a delivery that waits for one has no state yet.
  const status = delivery && (delivery.agent || delivery.status === 'CANCELLED') ? delivery.status : null;
  return { reply: { outcome: 'refused', status }, matches: [] };
}

const unchanged: Change = { reply: { outcome: 'unchanged' }, matches: [] };
const changed = (matches: AgentAssignedMessage[] = []): Change => ({ reply: { outcome: 'changed' }, matches });
