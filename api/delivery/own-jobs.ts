/** Which jobs are a courier's. Another's is refused like one that does not exist. */
import type { Caller } from '../../contracts/access';
import { findDelivery, hasDeclined } from '../../prisma/delivery/assignments';
import type { Database } from '../../prisma/delivery/client';
import { refuse, type Refusal } from '../http/refusals';

export const isTheirs = (caller: Caller, agentId: string): boolean =>
  caller.role !== 'courier' || caller.agent_id === agentId;

/** The agent that is named, or the courier who calls; undefined where there is neither. A courier may name no other agent. */
export function ownAgentId(
  caller: Caller,
  named: string | null | undefined,
): string | undefined | Refusal<'NOT_FOUND'> {
  if (named && !isTheirs(caller, named)) return refuse('NOT_FOUND', 'Agent not found');
  return caller.role === 'courier' ? caller.agent_id : (named ?? undefined);
}

/** @param orDeclined Whether a job that the courier has handed back counts as theirs. */
export async function refuseAnothersJob(
  db: Database,
  caller: Caller,
  orderId: string,
  { orDeclined = false } = {},
): Promise<Refusal<'NOT_FOUND'> | undefined> {
  if (caller.role !== 'courier') return undefined;
  const delivery = await findDelivery(db, orderId);
  if (delivery?.agent?.id === caller.agent_id) return undefined;
  if (orDeclined && (await hasDeclined(db, orderId, caller.agent_id))) return undefined;
  return refuse('NOT_FOUND', 'Order not found');
}
