import { limits, tooManyOpenOrders } from '../contracts/limits';
import { refuse, type Refusal } from './http/refusals';

/** Whether the customer may have one more open order, or has this one already. Without locks: the workflow decides. */
export type HasRoom = (order: { order_id: string; user_id: string }) => Promise<boolean>;

/** A refusal costs as much as an order, so a customer who tries on is refused by a look at the records for this long. */
const rememberedMs = 10_000;
/** More customers than can be refused in that time. */
const maxRemembered = 1_000;

/** Remembers customers who were refused for their open orders. */
export function createOpenOrders(hasRoom: HasRoom) {
  const refusedAt = new Map<string, number>();
  return {
    /** Undefined if the workflow has to decide. */
    refusal: async (order: Parameters<HasRoom>[0]): Promise<Refusal<'TOO_MANY_OPEN_ORDERS'> | undefined> => {
      const since = refusedAt.get(order.user_id);
      if (since === undefined || performance.now() - since > rememberedMs || (await hasRoom(order))) return undefined;
      return refuse('TOO_MANY_OPEN_ORDERS', tooManyOpenOrders(limits.openOrders));
    },
    /** The workflow has refused the customer. */
    refused: (userId: string): void => {
      if (refusedAt.size >= maxRemembered) refusedAt.clear();
      refusedAt.set(userId, performance.now());
    },
  };
}

export type OpenOrders = ReturnType<typeof createOpenOrders>;
