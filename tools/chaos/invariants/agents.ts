import type { Change, Delivery, DeliveryState } from '../evidence/evidence';
import type { Case, Invariant, Offence } from './case';

export const agents: Invariant = {
  number: 3,
  title:
    'no agent has ever had two open deliveries; BUSY is who has one; nobody gets a job again that they have handed back',
  offences: ({ evidence }: Case): Offence[] => [
    ...twoAtATime(evidence.changes),
    ...declinedAndBack(evidence.changes),
    ...evidence.agents.flatMap(({ id, status }) => {
      const open = evidence.deliveries.filter((delivery) => delivery.agentId === id && isOpen(delivery));
      return open.length === (status === 'BUSY' ? 1 : 0)
        ? []
        : [{ ...first(open), what: `agent ${id} is ${status} with ${open.length} open deliveries` }];
    }),
  ],
};

const isOpen = ({ status }: Pick<Delivery, 'status'>): boolean => status === 'PENDING' || status === 'PICKED_UP';
const first = ([delivery]: Delivery[]): { orderId?: string } => (delivery ? { orderId: delivery.orderId } : {});

/** Goes through the audit in its order. */
function twoAtATime(changes: Change[]): Offence[] {
  const offences: Offence[] = [];
  const jobsOf = new Map<string, Set<string>>();
  for (const change of changes) {
    if (change.entity !== 'delivery') continue;
    const left = workerOn(change.before);
    const now = workerOn(change.after);
    if (left) jobsOf.get(left.agentId)?.delete(left.orderId);
    if (!now) continue;
    const jobs = jobsOf.get(now.agentId) ?? new Set();
    jobsOf.set(now.agentId, jobs.add(now.orderId));
    if (jobs.size > 1) {
      offences.push({ orderId: now.orderId, what: `agent ${now.agentId} has it and ${[...jobs][0]} at a time` });
    }
  }
  return offences;
}

const workerOn = (state: DeliveryState | undefined): { agentId: string; orderId: string } | undefined =>
  state?.agentId && isOpen(state) ? { agentId: state.agentId, orderId: state.orderId } : undefined;

function declinedAndBack(changes: Change[]): Offence[] {
  const declined = new Set<string>();
  const offences: Offence[] = [];
  for (const change of changes) {
    if (change.entity === 'declined' && change.after) declined.add(pair(change.after));
    if (change.entity !== 'delivery' || !change.after?.agentId) continue;
    const { orderId, agentId } = change.after;
    if (change.before?.agentId !== agentId && declined.has(pair({ orderId, agentId }))) {
      offences.push({ orderId, what: `agent ${agentId} has handed it back, and got it again` });
    }
  }
  return offences;
}

const pair = ({ orderId, agentId }: { orderId: string; agentId: string }): string => `${orderId} ${agentId}`;
