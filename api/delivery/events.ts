import { findAgent } from '../../prisma/delivery/agents';
import { feedStream } from '../feeds';
import { refuse } from '../http/refusals';
import { eventStream, route } from '../http/route';
import { streamQuery, streamTokenRoute } from '../http/streams';
import { exampleIds, exampleStream } from '../openapi/examples';
import type { DeliveryDeps } from './deps';

const unknownAgent = 'Agent not found';

const agentStream = route({
  method: 'GET',
  path: '/agents/:id/events',
  id: 'streamAgent',
  summary: 'Streams what happens to the jobs of one agent, from now on',
  description:
    'Server-Sent Events. A new job begins with `agent-assigned`. Without a `Last-Event-ID` the stream begins with the next event.',
  roles: ['courier'],
  params: { id: { unknown: unknownAgent, example: exampleIds.agent } },
  query: streamQuery,
  answers: eventStream('The events.', exampleStream),
  refusals: {
    NOT_FOUND: 'Unknown, or another courier.',
    GONE: 'The `Last-Event-ID` is none of this stream, or too old.',
  },
  async handle({ db }: DeliveryDeps, { params: { id }, caller, lastEventId }) {
    const isOwn = caller.role !== 'courier' || caller.agent_id === id;
    if (!isOwn || !(await findAgent(db, id))) return refuse('NOT_FOUND', unknownAgent);
    return feedStream(db, id, lastEventId);
  },
});

const streamToken = streamTokenRoute<DeliveryDeps>(
  /^\/agents\/[0-9a-f-]{36}\/events$/,
  `/agents/${exampleIds.agent}/events`,
);

export const eventRoutes = [agentStream, streamToken];
