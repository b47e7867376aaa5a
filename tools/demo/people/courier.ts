/** What couriers do, and what the delivery side shows of them; each a request that is printed as a step. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Caller } from '../../../contracts/access';
import type { Addresses } from '../addresses';
import type { Agent, PlacedOrder } from '../cast';
import { aCourier, anOperator } from '../../stack/access';
import { ask, askUntil } from '../http';

export async function courierJoins({ DELIVERY_SERVICE_URL: base }: Addresses, name: string): Promise<void> {
  const body = { name, userName: `${name.toLowerCase()}-${randomUUID().slice(0, 8)}`, gender: 'FEMALE' };
  const what = `A courier joins, ${name}`;
  await ask({ what, by: anOperator, method: 'POST', base, path: '/agents', body, answer: z.unknown() });
}

const delivery = z.object({ data: z.object({ status: z.string(), agent_id: z.string(), agent_name: z.string() }) });

/** Waits until somebody is on the order. */
export async function agentIsFound(
  { DELIVERY_SERVICE_URL: base }: Addresses,
  { orderId }: PlacedOrder,
): Promise<Agent> {
  const path = `/deliveries/${orderId}`;
  const { data } = await askUntil(
    {
      what: 'An agent is found',
      by: anOperator,
      base,
      path,
      answer: delivery,
      tell: (answer) => answer.data.agent_name,
    },
    (answer) => answer.data.status === 'PENDING',
  );
  return { agentId: data.agent_id, name: data.agent_name };
}

/** Nobody is on the order: 404. */
export async function nobodyIsSent({ DELIVERY_SERVICE_URL: base }: Addresses, { orderId }: PlacedOrder): Promise<void> {
  const path = `/deliveries/${orderId}`;
  await ask({
    what: 'Nobody is sent for it',
    by: anOperator,
    method: 'GET',
    base,
    path,
    status: 404,
    answer: z.unknown(),
  });
}

export const courierPicksUp = (addresses: Addresses, order: PlacedOrder, { agentId }: Agent): Promise<unknown> =>
  move(addresses, order, aCourier(agentId), { what: 'The agent picks it up', body: { status: 'PICKED_UP' } });

export const courierDelivers = (addresses: Addresses, order: PlacedOrder, { agentId }: Agent): Promise<unknown> =>
  move(addresses, order, aCourier(agentId), { what: 'The agent delivers it', body: { status: 'DELIVERED' } });

/** No agent is on the order: 409. */
export const courierPicksUpTooEarly = (addresses: Addresses, order: PlacedOrder): Promise<unknown> =>
  move(addresses, order, anOperator, { what: 'A pick-up comes too early', body: { status: 'PICKED_UP' }, status: 409 });

function move(
  { DELIVERY_SERVICE_URL: base }: Addresses,
  { orderId }: PlacedOrder,
  by: Caller,
  asked: { what: string; body: object; status?: number },
): Promise<unknown> {
  return ask({ ...asked, by, method: 'PATCH', base, path: `/deliveries/${orderId}`, answer: z.unknown() });
}

const agents = z.array(
  z.object({ id: z.string(), agent_status: z.string(), assignments: z.array(z.object({ orderId: z.string() })) }),
);

/** Waits until the order no longer holds the agent. In a system that others use too, one of theirs may have her by then. */
export async function agentIsReleased(
  { DELIVERY_SERVICE_URL: base }: Addresses,
  { orderId }: PlacedOrder,
  { agentId, name }: Agent,
): Promise<void> {
  const find = (all: z.infer<typeof agents>) => all.find(({ id }) => id === agentId);
  const path = '/agents?assignments=open';
  await askUntil(
    {
      what: 'The agent is free again',
      by: anOperator,
      base,
      path,
      answer: agents,
      tell: (all) => `${name}: ${find(all)?.agent_status}`,
    },
    (all) => find(all)?.assignments.every((open) => open.orderId !== orderId) ?? false,
  );
}
