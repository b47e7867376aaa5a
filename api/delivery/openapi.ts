import { accepted, done } from '../../contracts/answers/common';
import { agentAdded, agentFound, agents, deliveries, deliveryFound } from '../../contracts/answers/deliveries';
import {
  addAgentBody,
  agentsQuery,
  declineBody,
  deliveriesQuery,
  deliveryOldQuery,
  moveDeliveryBody,
  moveDeliveryOldBody,
} from '../../contracts/delivery';
import { openApiDocument } from '../openapi/document';
import { exampleIds, exampleTimes } from '../openapi/examples';
import { answer, body, type Operation } from '../openapi/operation';
import { acceptedExample, health } from '../openapi/shared';

const agent = {
  id: exampleIds.agent,
  name: 'Asha',
  userName: 'asha',
  gender: 'FEMALE' as const,
  agent_status: 'BUSY' as const,
  rating: 4.5,
  createdAt: exampleTimes.placed,
  assignments: [
    {
      id: exampleIds.assignment,
      orderId: exampleIds.order,
      status: 'PENDING' as const,
      assignedAt: exampleTimes.assigned,
      completedAt: null,
    },
  ],
};

const listAgents: Operation = {
  id: 'listAgents',
  route: 'GET /agents',
  tag: 'agents',
  summary: 'All agents with their open assignments, or all of them',
  access: ['operator', 'service'],
  query: agentsQuery,
  answers: { 200: answer('The agents, first come first.', agents, [agent]) },
  old: { route: 'GET /get-all-dilvery-agent', query: undefined, description: 'With all assignments.' },
};

const showAgent: Operation = {
  id: 'getAgent',
  route: 'GET /agents/:id',
  tag: 'agents',
  summary: 'One agent with the open assignments',
  access: ['courier', 'operator'],
  answers: { 200: answer('The agent.', agentFound, { status: true, message: 'Agent found', data: agent }) },
  refusals: { 404: 'Unknown, or another courier.' },
};

const addAgent: Operation = {
  id: 'addAgent',
  route: 'POST /agents',
  tag: 'agents',
  summary: 'Takes in an agent, who gets the order that has waited longest',
  access: ['operator'],
  body: body(addAgentBody, { name: 'Asha', userName: 'asha', gender: 'FEMALE' }),
  answers: {
    201: answer('The agent is there.', agentAdded, {
      status: true,
      message: 'Agent added',
      data: { agent_id: exampleIds.agent },
    }),
  },
  refusals: { 400: 'The `userName` is taken.' },
  old: { route: 'POST /add-dilvery-agent' },
};

const listDeliveries: Operation = {
  id: 'listDeliveries',
  route: 'GET /deliveries',
  tag: 'deliveries',
  summary: "A courier's jobs, newest first",
  description: 'A courier sees their own alone; an operator those of all.',
  access: ['courier', 'operator'],
  query: deliveriesQuery,
  answers: {
    200: answer('A page of them.', deliveries, {
      success: true,
      message: 'Deliveries, newest first',
      data: {
        count: 1,
        deliveries: [
          {
            order_id: exampleIds.order,
            status: 'DELIVERED',
            agent_id: exampleIds.agent,
            agent_name: 'Asha',
            requested_at: exampleTimes.confirmed,
            assigned_at: exampleTimes.assigned,
            picked_up_at: exampleTimes.pickedUp,
            completed_at: exampleTimes.delivered,
            agent_rating: 4,
          },
        ],
        next_cursor: null,
      },
    }),
  },
  refusals: { 404: 'The agent is unknown.' },
};

const showDelivery: Operation = {
  id: 'getDelivery',
  route: 'GET /deliveries/:order_id',
  tag: 'deliveries',
  summary: 'Where the delivery of an order stands, and whose it is',
  access: ['courier', 'operator', 'service'],
  answers: {
    200: answer('The delivery.', deliveryFound, {
      success: true,
      message: 'Delivery found',
      data: { status: 'PENDING', agent_id: exampleIds.agent, agent_name: 'Asha' },
    }),
  },
  refusals: { 404: "Unknown, without an agent yet, or another courier's." },
  old: { route: 'GET /get-delivery-status', query: deliveryOldQuery },
};

const move: Operation = {
  id: 'moveDelivery',
  route: 'PATCH /deliveries/:order_id',
  tag: 'deliveries',
  summary: 'Picked up, delivered, or cancelled, which cancels the whole order',
  description: 'A repeat of the present state is a success and changes nothing.',
  access: ['courier', 'operator'],
  body: body(moveDeliveryBody, { status: 'PICKED_UP' }),
  answers: {
    200: answer('Done.', done, { success: true, message: 'The delivery is PICKED_UP' }),
    202: answer('It will be: a part of the system is slow or away.', accepted, acceptedExample),
  },
  refusals: { 404: "Unknown, or another courier's.", 409: 'The state does not allow it, or there is no agent yet.' },
  old: {
    route: 'PATCH /update-dilvery-status',
    body: body(moveDeliveryOldBody, { order_id: exampleIds.order, status: 'PICKED_UP' }),
  },
};

const decline: Operation = {
  id: 'declineDelivery',
  route: 'POST /deliveries/:order_id/decline',
  tag: 'deliveries',
  summary: 'Hands a job back before pick-up: it goes to another agent',
  description: 'Without `agent_id` it is whoever has the job.',
  access: ['courier', 'operator'],
  body: body(declineBody, { agent_id: exampleIds.agent, reason: 'A flat tyre' }, true),
  answers: {
    200: answer('Handed back.', done, {
      success: true,
      message: 'The job is handed back; the order gets another agent',
    }),
    202: answer('It will be: a part of the system is slow or away.', accepted, acceptedExample),
  },
  refusals: { 404: "Unknown, or another courier's.", 409: 'Picked up already, over, or without an agent.' },
};

/** The delivery service's HTTP interface, described. */
export const deliveryDocument = () =>
  openApiDocument({
    title: 'Delivery service',
    description: 'For couriers: who they are, and the jobs that they have.',
    tags: {
      agents: 'The couriers',
      deliveries: 'Their jobs',
      health: 'Whether the process lives and can work',
    },
    exampleId: exampleIds.agent,
    operations: [...health('postgresql'), listAgents, showAgent, addAgent, listDeliveries, showDelivery, move, decline],
  });
