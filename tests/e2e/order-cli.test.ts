/** Orders moved with the stock `temporal` command line alone. */
import { orderMessages, orderWorkflowId } from '../../contracts/names';
import type { OrderView } from '../../contracts/workflow';
import { until } from '../fixtures/until';
import { addAgent, agentOf, isReleased, pageOf, placed, type Placed } from './fixtures/platform';
import { temporal } from './fixtures/temporal-cli';

/** The input is as a person types it: it may not be what the order expects. */
const signal = ({ order_id }: Placed, name: string, input: string): Promise<string> =>
  temporal('workflow', 'signal', '--workflow-id', orderWorkflowId(order_id), '--name', name, '--input', input);

async function query({ order_id }: Placed): Promise<OrderView> {
  const shown = await temporal(
    'workflow',
    'query',
    ...['--workflow-id', orderWorkflowId(order_id), '--name', orderMessages.order, '--output', 'json'],
  );
  const { queryResult } = JSON.parse(shown) as { queryResult: [OrderView] };
  return queryResult[0];
}

const noted = (order: Placed, event: string): Promise<OrderView> =>
  until(`"${event}" in the timeline`, async () => {
    const view = await query(order);
    return view.timeline.some((entry) => entry.event === event) && view;
  });

test('an order is delivered by signals, and the query shows each step', async () => {
  const order = await placed();
  expect(await query(order)).toMatchObject({ ...order, status: 'PENDING', delivery: null, agent: null });
  await addAgent();

  await signal(order, 'restaurantDecision', '"CONFIRMED"');
  const agent_id = await agentOf(order);
  expect(await noted(order, 'agent assigned')).toMatchObject({ delivery: 'PENDING', agent: { agent_id } });
  await signal(order, 'deliveryStatus', '"PICKED_UP"');
  expect(await noted(order, 'picked up')).toMatchObject({ status: 'CONFIRMED', delivery: 'PICKED_UP' });
  await signal(order, 'deliveryStatus', '"DELIVERED"');
  expect(await noted(order, 'delivered')).toMatchObject({ delivery: 'DELIVERED', total: '9.00' });

  expect(await pageOf(order)).toMatchObject({ status: 'CONFIRMED', delivery: { status: 'DELIVERED' } });
  await until('the agent is released', () => isReleased(agent_id, order));
});

const update = ({ order_id }: Placed, name: string, input: unknown): Promise<string> =>
  temporal(
    ...['workflow', 'update', 'execute', '--workflow-id', orderWorkflowId(order_id)],
    ...['--name', name, '--input', JSON.stringify(input)],
  );

test('an update that no API would send is refused, and changes nothing', async () => {
  const order = await placed();
  const tooLong = 'x'.repeat(501);
  for (const [name, input, why] of [
    ['cancel', { reason: tooLong }, 'reason must be a text'],
    ['cancel', { reason: 'a\u0000b' }, 'reason: remove its control characters'],
    ['cancel', { reason: '\u200b' }, 'reason: write at least one visible character'],
    ['cancel', { reason: 5 }, 'reason must be a text'],
    ['cancel', 5, 'The argument must be an object'],
    ['decide', { status: 'CONFIRMED', restaurant_id: 'constructor' }, 'restaurant_id must be a UUID'],
    ['decide', { status: 'MAYBE' }, 'status must be one of'],
    ['moveDelivery', {}, 'status must be one of'],
    ['decline', { agent_id: 7 }, 'agent_id must be a UUID'],
    ['askAgent', { by: { role: 'nobody' } }, 'by.role must be one of'],
  ] as const)
    await expect(update(order, name, input)).rejects.toThrow(why);
  expect(await query(order)).toMatchObject({ status: 'PENDING', delivery: null });

  await update(order, 'cancel', { reason: '' });
  expect(await noted(order, 'cancelled')).toMatchObject({ reason: 'cancelled by the customer' });
  expect(await pageOf(order)).toMatchObject({ status: 'CANCELLED', restaurants: [{ status: 'CANCELLED' }] });
});

test('a refusal by signal cancels the order everywhere', async () => {
  const order = await placed();
  await signal(order, 'restaurantDecision', '"CANCELLED"');
  expect(await noted(order, 'cancelled')).toMatchObject({ status: 'CANCELLED', reason: 'decided by signal' });
  expect(await pageOf(order)).toMatchObject({ status: 'CANCELLED', restaurants: [{ status: 'CANCELLED' }] });
});

test("a courier's cancel by signal cancels the order and releases the agent", async () => {
  const order = await placed();
  await addAgent();
  await signal(order, 'restaurantDecision', '"CONFIRMED"');
  const agent = await agentOf(order);
  await signal(order, 'deliveryStatus', '"CANCELLED"');
  expect(await noted(order, 'cancelled')).toMatchObject({ status: 'CANCELLED', delivery: 'CANCELLED' });
  await until('the agent is released', () => isReleased(agent, order));
});

describe('a signal that is', () => {
  test.each([
    ['illegal in this state', 'deliveryStatus', '"PICKED_UP"', 'The restaurant has not confirmed the order yet.'],
    ['an unknown status', 'deliveryStatus', '"LOST"', 'malformed input "LOST"'],
    ['of another shape', 'restaurantDecision', '{"status":"CONFIRMED"}', 'malformed input {"status":"CONFIRMED"}'],
    ['a number', 'restaurantDecision', '7', 'malformed input 7'],
    ['empty', 'restaurantDecision', 'null', 'malformed input null'],
  ])('%s (%s %s) is noted in the timeline and changes nothing', async (_what, name, input, detail) => {
    const order = await placed();
    await signal(order, name, input);
    const view = await noted(order, `signal ${name} ignored`);
    expect(view).toMatchObject({ status: 'PENDING', delivery: null });
    expect(view.timeline.at(-1)).toMatchObject({ event: `signal ${name} ignored`, detail });
  });

  test('sent without input is noted in the timeline and changes nothing', async () => {
    const order = await placed();
    await temporal(
      ...['workflow', 'signal', '--workflow-id', orderWorkflowId(order.order_id), '--name', 'deliveryStatus'],
    );
    expect(await noted(order, 'signal deliveryStatus ignored')).toMatchObject({ status: 'PENDING' });
  });
});
