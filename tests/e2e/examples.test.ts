/** Sends each operation's example from the OpenAPI documents to the running system. */
import { randomUUID } from 'node:crypto';
import { createLog } from '../../lib/logging/log';
import { openDatabase } from '../../prisma/restaurant/client';
import { withIds, type RealIds } from '../../tools/schemathesis/main';
import { changeOrder } from '../../workers/restaurant/change-order';
import { placeOrder } from '../../workers/restaurant/place-order';
import { documents, operationsOf } from '../fixtures/described';
import { anOrder } from '../fixtures/orders';
import {
  addAgent,
  addKitchen,
  anOrderOf,
  ask,
  assigned,
  delivered,
  isRateable,
  place,
  type Kitchen,
  type Placed,
} from './fixtures/platform';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  example?: string | number;
}

interface Example {
  name: string;
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  body?: object;
  successes: number[];
}

type Operation = ReturnType<typeof operationsOf>[number];

function exampleOf({ operationId, method, path, responses, ...operation }: Operation): Example {
  const parameters = (operation['parameters'] ?? []) as Parameter[];
  const requestBody = operation['requestBody'] as { content: Record<string, { example: object }> } | undefined;
  const of = (place: Parameter['in']) =>
    parameters.flatMap(({ in: where, name, example }) =>
      where === place && example !== undefined ? [[name, String(example)] as [string, string]] : [],
    );
  const ids = new Map(of('path'));
  const query = new URLSearchParams(of('query')).toString();
  return {
    name: operationId,
    method: method as Example['method'],
    path: `${path.replace(/:(\w+)/g, (_, name: string) => ids.get(name) ?? '')}${query && `?${query}`}`,
    body: requestBody?.content['application/json']?.example,
    successes: Object.keys(responses)
      .map(Number)
      .filter((status) => status < 300),
  };
}

let kitchen: Kitchen;
beforeEach(async () => {
  kitchen = await addKitchen();
});

const idsOf = ({ order_id, user_id, agent_id }: Placed & { agent_id?: string }): RealIds => ({
  restaurant: kitchen.id,
  menuItem: kitchen.soup,
  order: order_id,
  user: user_id,
  ...(agent_id !== undefined && { agent: agent_id }),
});

/** The state that an operation needs; by default an order that waits for its restaurant. */
const before: Record<string, () => Promise<Placed & { agent_id?: string }>> = {
  rateOrder: async () => {
    const order = await delivered();
    await isRateable(order);
    return order;
  },
  askForAgent: confirmedByAnOldProgram,
  getAgent: assigned,
  getDelivery: assigned,
  moveDelivery: assigned,
  declineDelivery: assigned,
};

/** Confirmed, and without a workflow: it gets no agent, even if one is free. */
async function confirmedByAnOldProgram(): Promise<Placed> {
  const db = openDatabase(process.env.RESTAURANT_DATABASE_URL ?? '', 1, createLog('test', 'silent'));
  const items = [{ menu_item_id: kitchen.soup, quantity: 2 }];
  const order = anOrder({ restaurants: [{ restaurant_id: kitchen.id, items }] });
  await placeOrder(db)(order);
  await changeOrder(db)({ ...order, status: 'CONFIRMED' });
  await db.$disconnect();
  await addAgent(); // for this order: the other tests' agents are for theirs
  return order;
}

const isStream = ({ responses: { 200: answer } }: Operation): boolean =>
  answer !== undefined && 'content' in answer && 'text/event-stream' in (answer.content as object);

/** Fresh values for what no two may share: a courier's user name, a restaurant's name. */
function uniqueIn(body: object) {
  if ('userName' in body) return { userName: randomUUID() };
  return 'opening_time' in body ? { name: randomUUID() } : {};
}

describe.each(['user', 'restaurant', 'delivery'] as const)("the %s service's example", (service) => {
  const examples = operationsOf(documents[service])
    .filter((operation) => !isStream(operation)) // without end: `streams.test.ts` opens them
    .map((operation) => [operation.operationId, operation] as const);

  test.each(examples)('of %s succeeds', async (operationId, operation) => {
    const prepare = before[operationId.replace('ByOldName', '')] ?? (() => place(anOrderOf(kitchen)));
    const { method, path, body, successes } = withIds(exampleOf(operation), idsOf(await prepare()));
    const { status } = await ask(service, method, path, body && { ...body, ...uniqueIn(body) });
    expect(successes).toContain(status);
  });
});
