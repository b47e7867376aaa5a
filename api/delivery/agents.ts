import { Router, type RequestHandler } from 'express';
import type { Agent } from '../../contracts/answers/deliveries';
import { addAgentBody, agentsQuery } from '../../contracts/delivery';
import type { AgentAssignedMessage } from '../../contracts/messages';
import type { BestEffortPublish } from '../../lib/broker/broker';
import { addAgent, findAgent, listAgents, type ListedAgent } from '../../prisma/delivery/agents';
import { isDuplicate, type Database } from '../../prisma/delivery/client';
import { callerOf, only } from '../http/access';
import { created } from '../http/answers';
import { knownId, readBody, readQuery } from '../http/input';
import { notFound, ruleBroken } from '../http/problems';

export interface AgentsDeps {
  db: Database;
  /** Tells the orders that have waited of their agents. */
  notifyOrders: BestEffortPublish<AgentAssignedMessage>;
}

/** The agents: who there is, and who comes. */
export function agentRoutes({ db, notifyOrders }: AgentsDeps): Router {
  const list = async (assignments: 'open' | 'all') => (await listAgents(db, assignments)).map(shown);

  const add: RequestHandler = async (req, res) => {
    const body = readBody(addAgentBody, req);
    const { id, matches } = await addAgent(db, body).catch((err: unknown) => {
      throw isDuplicate(err) ? ruleBroken(`Duplicate entry: the userName "${body.userName}" is taken`) : err;
    });
    // They have their agent, told or not, and ask again: nobody is to wait here for a broker that hangs.
    void notifyOrders(matches);
    created(req, res, '/agents', `/agents/${id}`, { status: true, message: 'Agent added', data: { agent_id: id } });
  };

  return Router()
    .get(
      '/agents',
      only('service'),
      async (req, res) => void res.json(await list(readQuery(agentsQuery, req).assignments)),
    )
    .get('/agents/:id', only('courier'), async (req, res) => {
      const caller = callerOf(req);
      const agent = await findAgent(db, knownId(req.params.id, agentUnknown));
      if (!agent || (caller.role === 'courier' && caller.agent_id !== agent.id)) throw notFound(agentUnknown);
      res.json({ status: true, message: 'Agent found', data: shown(agent) });
    })
    .get('/get-all-dilvery-agent', only('service'), async (_req, res) => void res.json(await list('all')))
    .post(['/agents', '/add-dilvery-agent'], only(), add);
}

const agentUnknown = 'Agent not found';

const shown = ({ id, name, userName, gender, agentStatus, rating, createdAt, assignments }: ListedAgent): Agent => ({
  id,
  name,
  userName,
  gender,
  agent_status: agentStatus,
  rating,
  createdAt: createdAt.toISOString(),
  assignments: assignments.map(({ assignedAt, completedAt, ...assignment }) => ({
    ...assignment,
    assignedAt: assignedAt?.toISOString() ?? null,
    completedAt: completedAt?.toISOString() ?? null,
  })),
});
