/** The deliveries over HTTP on a real database. Moves that reach an order's workflow are tested with Temporal. */
import { randomUUID } from 'node:crypto';
import { deliveryApi, withAgents } from '../fixtures/delivery';

let service: Awaited<ReturnType<typeof deliveryApi>>;

beforeAll(async () => {
  service = await deliveryApi();
});
afterAll(() => service.close());
beforeEach(() => service.clear());

describe("an order's delivery", () => {
  const paths = (id: string) => [`/deliveries/${id}`, `/get-delivery-status?order_id=${id}`];

  test('is shown with its status and agent', async () => {
    const [agent_id] = await withAgents(service.db, 'Asha');
    const order = randomUUID();
    await service.assign(order);
    await service.change(order, 'PICKED_UP');
    for (const path of paths(order)) {
      const { status, body } = await service.call('GET', path);
      expect(status).toBe(200);
      expect(body).toMatchObject({ success: true, data: { status: 'PICKED_UP', agent_id, agent_name: 'Asha' } });
    }
  });

  test("keeps its courier's name when the courier takes another one", async () => {
    const [id = ''] = await withAgents(service.db, 'Asha');
    const [past, next] = [randomUUID(), randomUUID()];
    const nameOn = async (order: string) => {
      const { body } = await service.call('GET', `/deliveries/${order}`);
      return (body.data as { agent_name: string }).agent_name;
    };
    await service.assign(past);
    await service.change(past, 'PICKED_UP');
    await service.change(past, 'DELIVERED');
    await service.db.agent.update({ where: { id }, data: { name: 'Asha B.' } });
    await service.assign(next);
    expect([await nameOn(past), await nameOn(next)]).toEqual(['Asha', 'Asha B.']);
    const { body } = await service.call('GET', `/deliveries?agent_id=${id}`);
    const { deliveries } = body.data as { deliveries: { agent_name: string }[] };
    expect(deliveries.map(({ agent_name }) => agent_name).sort()).toEqual(['Asha', 'Asha B.']);
  });

  test('is 404 for an unknown order, for an id that is no UUID, and before an agent is assigned', async () => {
    const waiting = randomUUID();
    await service.assign(waiting);
    for (const id of [randomUUID(), '7', waiting]) {
      for (const path of paths(id))
        expect(await service.call('GET', path)).toMatchObject({ status: 404, body: { success: false } });
    }
  });

  test('needs an order id on the old route', async () => {
    expect(await service.call('GET', '/get-delivery-status')).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'order_id' }] },
    });
  });
});

describe('moving a delivery', () => {
  test('of an order with an id that is no UUID is 404', async () => {
    expect(await service.call('PATCH', '/deliveries/7', { status: 'PICKED_UP' })).toMatchObject({ status: 404 });
    expect(await service.call('PATCH', '/update-dilvery-status', { order_id: '7', status: 'PICKED_UP' })).toMatchObject(
      {
        status: 404,
      },
    );
  });

  test('is refused when the body names another order than the path', async () => {
    const answer = await service.call('PATCH', `/deliveries/${randomUUID()}`, {
      order_id: randomUUID(),
      status: 'PICKED_UP',
    });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'order_id' }] } });
  });

  test.each([{ status: 'PENDING' }, { status: 'LOST' }, {}])('to %j is refused', async (body) => {
    expect(await service.call('PATCH', `/deliveries/${randomUUID()}`, body)).toMatchObject({ status: 422 });
    expect(await service.call('PATCH', '/update-dilvery-status', { order_id: randomUUID(), ...body })).toMatchObject({
      status: 422,
    });
  });
});

describe("a courier's jobs", () => {
  const page = async (query: string) => {
    const { status, body } = await service.call('GET', `/deliveries?${query}`);
    expect(status).toBe(200);
    const data = body.data as {
      count: number;
      deliveries: { order_id: string; status: string }[];
      next_cursor: string | null;
    };
    expect(data.count).toBe(data.deliveries.length);
    return {
      ids: data.deliveries.map(({ order_id }) => order_id),
      next: data.next_cursor,
      deliveries: data.deliveries,
    };
  };

  /** Finished jobs of one agent, oldest first. They share creation times in pairs, so only the id orders them. */
  async function jobs(agentId: string, count: number): Promise<string[]> {
    const orders = Array.from({ length: count }, () => randomUUID());
    const noon = Date.UTC(2026, 0, 1, 12);
    const rows = orders.map((orderId, i) => {
      const createdAt = new Date(noon + Math.floor(i / 2));
      return {
        orderId,
        agentId,
        agentName: 'Asha',
        status: 'DELIVERED' as const,
        assignedAt: createdAt,
        completedAt: createdAt,
        createdAt,
      };
    });
    await service.db.assignment.createMany({ data: rows });
    return orders;
  }

  test('are listed once each, newest first, page by page', async () => {
    const [asha = '', bela = ''] = await withAgents(service.db, 'Asha', 'Bela');
    const orders = await jobs(asha, 7);
    await jobs(bela, 2);

    const seen: string[][] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { ids, next } = await page(`agent_id=${asha}&limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(ids);
      cursor = next;
    }
    expect(seen.map((ids) => ids.length)).toEqual([3, 3, 1]);
    expect(seen.flat().sort()).toEqual([...orders].sort());
    expect(seen[0]?.[0]).toBe(orders[6]);
  });

  test('can be filtered by status', async () => {
    const [asha = ''] = await withAgents(service.db, 'Asha');
    await jobs(asha, 2);
    const open = randomUUID();
    await service.assign(open);
    const { deliveries } = await page(`agent_id=${asha}&status=PENDING`);
    expect(deliveries).toMatchObject([
      { order_id: open, status: 'PENDING', agent_id: asha, agent_name: 'Asha', completed_at: null },
    ]);
    expect((await page('')).ids).toHaveLength(3);
  });

  test.each([
    ['agent_id=7', 404],
    [`agent_id=${randomUUID()}`, 404],
    ['status=LOST', 422],
    ['limit=0', 422],
    ['limit=101', 422],
    ['cursor=abc', 422],
  ])('filtered by %s are %i', async (query, status) => {
    expect(await service.call('GET', `/deliveries?${query}`)).toMatchObject({ status, body: { success: false } });
  });
});
