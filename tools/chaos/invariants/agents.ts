import type { Change } from '../evidence/databases';
import type { Invariant, Violation } from './case';

export const agents: Invariant = {
  title: 'no agent ever has two open deliveries; BUSY means one; no agent gets back a job that they declined',
  *check({ evidence }) {
    yield* findSimultaneousJobs(evidence.changes);
    yield* findReturnedJobs(evidence.changes);
    for (const { id, status } of evidence.agents) {
      const open = evidence.deliveries.filter((delivery) => delivery.agentId === id && isOpen(delivery));
      if (open.length !== (status === 'BUSY' ? 1 : 0))
        yield { orderId: open[0]?.orderId, what: `agent ${id} is ${status} with ${open.length} open deliveries` };
    }
  },
};

const isOpen = ({ status }: { status: string | null }): boolean => status === 'PENDING' || status === 'PICKED_UP';

/** Replays the audit trail. */
function* findSimultaneousJobs(changes: Change[]): Iterable<Violation> {
  const jobsOf = new Map<string, Set<string | null>>();
  for (const { table, before, after } of changes) {
    if (table !== 'DeliveryAssignment') continue;
    if (before?.agentId && isOpen(before)) jobsOf.get(before.agentId)?.delete(before.orderId);
    if (!after?.agentId || !isOpen(after)) continue;
    const { agentId, orderId } = after;
    const jobs = jobsOf.get(agentId) ?? new Set();
    jobsOf.set(agentId, jobs.add(orderId));
    if (jobs.size > 1) yield { orderId, what: `agent ${agentId} has it and ${[...jobs][0]} at once` };
  }
}

function* findReturnedJobs(changes: Change[]): Iterable<Violation> {
  const declined = new Set<string>();
  for (const { table, before, after } of changes) {
    if (!after?.agentId) continue;
    const { orderId, agentId } = after;
    const job = `${orderId} ${agentId}`;
    if (table === 'DeclinedJob') declined.add(job);
    if (table === 'DeliveryAssignment' && before?.agentId !== agentId && declined.has(job))
      yield { orderId, what: `agent ${agentId} declined it, and got it again` };
  }
}
