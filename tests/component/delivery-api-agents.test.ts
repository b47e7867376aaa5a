/** The delivery service's agents over HTTP on a real database. */
import { randomUUID } from 'node:crypto';
import { anAgent, deliveryApi, withAgents } from '../fixtures/delivery';

let service: Awaited<ReturnType<typeof deliveryApi>>;

beforeAll(async () => {
  service = await deliveryApi();
});
afterAll(() => service.close());
beforeEach(() => service.clear());

test('the service reports that it is healthy', async () => {
  expect(await service.call('GET', '/health')).toMatchObject({ status: 200, body: { Success: true, message: 'Good' } });
});

describe('adding an agent', () => {
  test.each([
    ['/agents', 201],
    ['/add-dilvery-agent', 200],
  ])('by POST %s answers %i with the id', async (path, status) => {
    const answer = await service.call('POST', path, anAgent());
    const agent = await service.db.agent.findFirstOrThrow();
    expect(answer).toMatchObject({ status, body: { status: true, data: { agent_id: agent.id } } });
    expect(answer.headers.get('location')).toBe(status === 201 ? `/agents/${agent.id}` : null);
    expect(agent).toMatchObject({ agentStatus: 'AVAILABLE', rating: null });
  });

  test('assigns the oldest waiting order to the new agent and notifies the order', async () => {
    const orders = [randomUUID(), randomUUID()];
    for (const order of orders) await service.assign(order);
    const { body } = await service.call('POST', '/agents', anAgent({ name: 'Bela' }));
    expect(service.announced).toEqual([{ order_id: orders[0], ...(body.data as object), agent_name: 'Bela' }]);
  });

  test('with a user name that is taken is refused as a duplicate', async () => {
    await service.call('POST', '/agents', anAgent({ userName: 'asha' }));
    const { status, body } = await service.call('POST', '/agents', anAgent({ userName: 'asha' }));
    expect(status).toBe(400);
    expect(body).toMatchObject({
      success: false,
      code: 'DUPLICATE',
      message: expect.stringMatching(/^Duplicate entry/) as string,
    });
    expect(await service.db.agent.count()).toBe(1);
  });

  test.each([{}, { name: '' }, { gender: 'OTHER' }, { userName: 7 }])(
    'with %j is refused, naming the fields',
    async (wrong) => {
      const { status, body } = await service.call(
        'POST',
        '/agents',
        Object.keys(wrong).length ? { ...anAgent(), ...wrong } : {},
      );
      expect(status).toBe(422);
      expect(body.errors).toEqual(
        expect.arrayContaining([{ path: expect.any(String) as string, message: expect.any(String) as string }]),
      );
    },
  );
});

describe('an agent', () => {
  test('is found at the Location that adding it returned', async () => {
    const added = await service.call('POST', '/agents', { name: 'Asha', userName: 'asha-1', gender: 'FEMALE' });
    const found = await service.call('GET', added.headers.get('location') ?? '');
    expect(found).toMatchObject({ status: 200, body: { data: { userName: 'asha-1', assignments: [] } } });
  });

  test.each([randomUUID(), 'no-uuid'])('with the unknown id %s is 404', async (id) => {
    expect((await service.call('GET', `/agents/${id}`)).status).toBe(404);
  });
});

describe('listing the agents', () => {
  test('shows the open assignments or all of them', async () => {
    const [id = ''] = await withAgents(service.db, 'Asha');
    const [ended, open] = [randomUUID(), randomUUID()];
    await service.assign(ended);
    await service.change(ended, 'CANCELLED');
    await service.db.assignment.update({ where: { orderId: ended }, data: { agentRating: 4 } });
    await service.assign(open);

    const lists: [string, string[]][] = [
      ['/agents', [open]],
      ['/agents?assignments=open', [open]],
      ['/agents?assignments=all', [open, ended]],
      ['/get-all-dilvery-agent', [open, ended]],
    ];
    for (const [path, orders] of lists) {
      const { status, body } = await service.call('GET', path);
      expect(status).toBe(200);
      const [agent] = body as unknown as { assignments: { orderId: string }[] }[];
      expect(agent).toEqual({
        id,
        name: 'Asha',
        userName: anyText,
        gender: 'FEMALE',
        agent_status: 'BUSY',
        rating: null,
        createdAt: anInstant,
        updatedAt: anInstant,
        assignments: expect.any(Array) as [],
      });
      const assignment = { id: anyText, agentId: id, assignedAt: anInstant };
      const all = [
        { ...assignment, orderId: open, status: 'PENDING', completedAt: null, rating: null },
        { ...assignment, orderId: ended, status: 'CANCELLED', completedAt: anInstant, rating: 4 },
      ];
      const listed = all.filter(({ orderId }) => orders.includes(orderId));
      expect(agent?.assignments).toHaveLength(listed.length);
      expect(agent?.assignments).toEqual(expect.arrayContaining(listed));
    }
  });

  const anyText = expect.any(String) as string;
  const anInstant = expect.stringMatching(/^20\d\d-.*Z$/) as string;

  test('shows when an agent last changed', async () => {
    const [id = ''] = await withAgents(service.db, 'Asha');
    const updatedAt = async () => {
      const { body } = await service.call('GET', `/agents/${id}`);
      return (body.data as { updatedAt: string }).updatedAt;
    };
    await service.db.agent.update({ where: { id }, data: { updatedAt: new Date(0) } });
    await service.assign(randomUUID());
    expect(Date.parse(await updatedAt())).toBeGreaterThan(0);
  });

  test('with an unknown filter is refused', async () => {
    expect(await service.call('GET', '/agents?assignments=some')).toMatchObject({ status: 422 });
  });
});
