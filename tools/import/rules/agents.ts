/** Couriers: who they are, and who of them is free. Pure. */
import type { OldAgent } from '../old/rows';
import type { Note } from '../oddities';
import { limits } from '../../../contracts/limits';
import { idOf, nameOf, timeOf } from './values';
import type { NewDelivery } from './rows';

export interface NewAgent {
  id: string;
  name: string;
  userName: string;
  gender: 'MALE' | 'FEMALE';
  availableSince: string;
  createdAt: string;
}

export const agentOf = (old: OldAgent, note: Note): NewAgent => ({
  id: idOf(old.id, note),
  name: nameOf(old.name, 'Unnamed agent', old.id, note),
  userName: nameOf(old.userName, 'unnamed', old.id, note, limits.userNameLength),
  gender: old.gender,
  availableSince: timeOf(old.updatedAt, old.id, note), // the old platform touches an agent when it assigns or frees it
  createdAt: timeOf(old.createdAt, old.id, note),
});

/** Gives each agent one of their open deliveries: the one picked up, else the oldest. The others wait for an agent. */
export function oneForEachAgent(open: NewDelivery[], note: Note): NewDelivery[] {
  const pickedUpFirst = [...open].sort(
    (one, other) =>
      Number(other.status === 'PICKED_UP') - Number(one.status === 'PICKED_UP') ||
      one.requestedAt.localeCompare(other.requestedAt) ||
      one.id.localeCompare(other.id),
  );
  const busy = new Set<string>();
  return pickedUpFirst.map((delivery) => {
    const { agentId } = delivery;
    if (agentId === null) return delivery;
    if (busy.has(agentId)) {
      note('two-open-deliveries', delivery.orderId);
      return waiting(delivery);
    }
    busy.add(agentId);
    return delivery;
  });
}

/** A delivery that waits for an agent. Of an agent's rating nothing is known then. */
export const waiting = (delivery: NewDelivery): NewDelivery => ({
  ...delivery,
  agentId: null,
  agentName: null,
  status: 'PENDING',
  assignedAt: null,
  rating: null,
});

/** Notes the agents whose old status is not what their deliveries say. */
export function noteStatuses(
  oldStatuses: Map<string, OldAgent['agent_status']>,
  open: NewDelivery[],
  note: Note,
): void {
  const busy = new Set(open.map(({ agentId }) => agentId));
  for (const [id, status] of oldStatuses) {
    if (status === 'BUSY' && !busy.has(id)) note('agent-busy', id);
    if (status === 'AVAILABLE' && busy.has(id)) note('agent-available', id);
  }
}
