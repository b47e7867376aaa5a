import type { AddAgentBody } from '../../contracts/delivery';
import type { AgentAssignedMessage } from '../../contracts/messages';
import type { Database } from './client';
import type { Prisma } from './generated/client';
import { lockMatch } from './locks';
import { matchWaiting } from './matching';

/** Adds a free agent and matches at once: the caller notifies the orders. Rejects when the user name is taken: see `unlessDuplicate`. */
export function addAgent(db: Database, agent: AddAgentBody): Promise<{ id: string; matches: AgentAssignedMessage[] }> {
  return db.$transaction(async (tx) => {
    await lockMatch(tx);
    const { id } = await tx.agent.create({ data: agent, select: { id: true } });
    return { id, matches: await matchWaiting(tx) };
  });
}

const withAssignments = (which: 'open' | 'all') =>
  ({
    assignments: {
      ...(which === 'open' && { where: { status: { in: ['PENDING', 'PICKED_UP'] } } }),
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      select: {
        id: true,
        orderId: true,
        agentId: true,
        status: true,
        assignedAt: true,
        completedAt: true,
        agentRating: true,
      },
    },
  }) satisfies Prisma.AgentInclude;

/** All agents, oldest first, each with its open or all assignments, newest first. */
export const listAgents = (db: Database, assignments: 'open' | 'all') =>
  db.agent.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], include: withAssignments(assignments) });

/** One agent with its open assignments; null if the id is unknown. */
export const findAgent = (db: Database, id: string): Promise<ListedAgent | null> =>
  db.agent.findUnique({ where: { id }, include: withAssignments('open') });

export type ListedAgent = Awaited<ReturnType<typeof listAgents>>[number];
