import { agentAdded, agentFound, agents, type Agent } from '../../contracts/answers/deliveries';
import { addAgentBody, agentsOldQuery, agentsQuery } from '../../contracts/delivery';
import { unlessDuplicate } from '../../lib/postgres/database';
import { addAgent, findAgent, listAgents, type ListedAgent } from '../../prisma/delivery/agents';
import { withStatus } from '../answers';
import { refuse } from '../http/refusals';
import { answer, body, route } from '../http/route';
import { exampleAgent, exampleIds } from '../openapi/examples';
import type { DeliveryDeps } from './deps';

const unknownAgent = 'Agent not found';

const listAllAgents = route({
  method: 'GET',
  path: '/agents',
  oldName: { path: '/get-all-dilvery-agent', query: agentsOldQuery, description: 'With all assignments.' },
  id: 'listAgents',
  summary: 'Lists the agents with their open assignments, or with all of them',
  roles: ['service'],
  query: agentsQuery,
  answers: { 200: answer('The agents, oldest first.', agents, [exampleAgent]) },
  async handle({ db }: DeliveryDeps, { query, answer }) {
    return answer(200, (await listAgents(db, query.assignments)).map(shown));
  },
});

const showAgent = route({
  method: 'GET',
  path: '/agents/:id',
  id: 'getAgent',
  summary: 'Shows one agent with the open assignments',
  roles: ['courier'],
  params: { id: { unknown: unknownAgent, example: exampleIds.agent } },
  answers: { 200: answer('The agent.', agentFound, withStatus('Agent found', exampleAgent)) },
  refusals: { NOT_FOUND: 'Unknown, or another courier.' },
  async handle({ db }: DeliveryDeps, { params, caller, answer }) {
    const agent = await findAgent(db, params.id);
    if (!agent || (caller.role === 'courier' && caller.agent_id !== agent.id)) return refuse('NOT_FOUND', unknownAgent);
    return answer(200, withStatus('Agent found', shown(agent)));
  },
});

const addAnAgent = route({
  method: 'POST',
  path: '/agents',
  oldName: { path: '/add-dilvery-agent' },
  id: 'addAgent',
  summary: 'Adds an agent, who gets the order that has waited longest',
  roles: ['operator'],
  body: body(addAgentBody, { name: 'Asha', userName: 'asha', gender: 'FEMALE' }),
  answers: {
    201: answer('The agent is added.', agentAdded, withStatus('Agent added', { agent_id: exampleIds.agent })),
  },
  refusals: { DUPLICATE: 'The `userName` is taken.' },
  async handle({ db, notifyOrders }: DeliveryDeps, { body, answer }) {
    const added = await unlessDuplicate(addAgent(db, body));
    if (!added) return refuse('DUPLICATE', `Duplicate entry: the userName "${body.userName}" is taken`);
    // Best effort, not awaited: the broker may hang, and an order that misses the message asks again.
    void notifyOrders(added.matches);
    return answer(201, withStatus('Agent added', { agent_id: added.id }), { Location: `/agents/${added.id}` });
  },
});

const shown = (agent: ListedAgent): Agent => ({
  id: agent.id,
  name: agent.name,
  userName: agent.userName,
  gender: agent.gender,
  agent_status: agent.agentStatus,
  rating: agent.rating,
  createdAt: agent.createdAt.toISOString(),
  updatedAt: agent.updatedAt.toISOString(),
  assignments: agent.assignments.map(({ assignedAt, completedAt, agentRating, ...assignment }) => ({
    ...assignment,
    agentId: agent.id,
    assignedAt: (assignedAt as Date).toISOString(), // one with an agent has it: a check of the database
    completedAt: completedAt?.toISOString() ?? null,
    rating: agentRating,
  })),
});

export const agentRoutes = [listAllAgents, showAgent, addAnAgent];
