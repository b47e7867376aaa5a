import type { AgentAssignedMessage, AssignAgentMessage, AssignAgentReply } from '../../contracts/messages';
import type { BestEffortPublish } from '../../lib/broker/broker';
import { findDelivery, isWaiting, type Delivery } from '../../prisma/delivery/assignments';
import type { Database } from '../../prisma/delivery/client';
import { lockMatch } from '../../prisma/delivery/locks';
import { lockOrder } from '../../prisma/order-lock';
import { enqueue, matchWaiting, takeFreeAgent } from '../../prisma/delivery/matching';

export interface MatchingDeps {
  db: Database;
  /** Notifies waiting orders of their agents. */
  notifyOrders: BestEffortPublish<AgentAssignedMessage>;
}

/**
 * Finds an agent for an order. Usually one statement assigns the longest-idle free agent, without a lock that other orders would wait for.
 * Without a free agent the order joins the queue under the match lock, and the queue is matched with agents freed since then.
 * Idempotent: a repeat gets the same agent, or keeps its place in the queue. Never assigns an order that has been cancelled.
 */
export const assignAgent =
  ({ db, notifyOrders }: MatchingDeps) =>
  async ({ order_id }: AssignAgentMessage): Promise<AssignAgentReply> => {
    const taken = await takeFreeAgent(db, order_id);
    if (taken) return replyOf({ status: 'PENDING', agent: { id: taken.agent_id, name: taken.agent_name } });
    const { reply, matches } = await db.$transaction(async (tx) => {
      await lockOrder(tx, order_id);
      const known = await findDelivery(tx, order_id);
      if (known && !isWaiting(known)) return { reply: replyOf(known), matches: [] };
      await lockMatch(tx);
      await enqueue(tx, order_id);
      const matched = await matchWaiting(tx);
      return { reply: replyOf(await findDelivery(tx, order_id)), matches: matched };
    });
    await notifyOrders(matches.filter((match) => match.order_id !== order_id)); // this order gets the reply
    return reply;
  };

function replyOf(delivery: Delivery | null): AssignAgentReply {
  if (!delivery || isWaiting(delivery)) return { outcome: 'queued' };
  const { status, agent } = delivery;
  if (status === 'DELIVERED' || status === 'CANCELLED' || !agent) return { outcome: 'closed', status };
  return { outcome: 'assigned', agent_id: agent.id, agent_name: agent.name, status };
}
