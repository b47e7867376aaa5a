/** What reaches an order while it does its last steps, in the task that completes it: the server fails that task and forgets the update in it. */
import { sendUpdate } from '../../lib/temporal/send';
import type { Activities } from '../../workflows/calls';
import { agentAssignedSignal, cancelUpdate, moveDeliveryUpdate } from '../../workflows/messages';
import { until } from '../fixtures/until';
import { confirm, move, orderStage, undoCalls, type ServedOrder } from '../fixtures/order-stage';
import { agent } from '../fixtures/workflows';

const { given, temporal } = orderStage();

/** Runs the work when the service is asked for this for the first time, and has it answered a moment later. */
const meanwhile =
  (status: string, work: () => Promise<unknown>): Activities['changeDelivery'] =>
  async (change) => {
    if (change.status === status) await work();
    return { outcome: 'changed' };
  };

it('a delivery is answered and done once, though a signal comes in between', async () => {
  const order: { current?: ServedOrder } = {};
  let signals = 0;
  const signal = async () => {
    if (signals++ === 0) await order.current?.handle.signal(agentAssignedSignal, 'soup');
  };
  order.current = await given({ changeDelivery: meanwhile('DELIVERED', signal) });
  await confirm(order.current);
  await move(order.current, 'PICKED_UP');
  const { workflowId } = order.current.handle;
  const sent = await sendUpdate(temporal(), {
    workflowId,
    update: moveDeliveryUpdate,
    args: [{ status: 'DELIVERED' }],
  });
  expect(sent).toEqual({ state: 'completed', value: { outcome: 'done' } });
  expect(await order.current.handle.result()).toEqual({ outcome: 'DELIVERED', reason: null });
});

it('a cancel is answered and done, though an agent is found in between', async () => {
  const order: { current?: ServedOrder } = {};
  let signals = 0;
  const found = async () => {
    if (signals++ === 0) await order.current?.handle.signal(agentAssignedSignal, agent);
  };
  order.current = await given({
    assignAgent: async () => ({ outcome: 'queued' }),
    changeDelivery: meanwhile('CANCELLED', found),
  });
  await confirm(order.current);
  await order.current.sees('waiting for an agent');
  const { workflowId } = order.current.handle;
  const sent = await sendUpdate(temporal(), { workflowId, update: cancelUpdate, args: [{}] });
  expect(sent).toEqual({ state: 'completed', value: { outcome: 'done' } });
  expect(await order.current.handle.result()).toMatchObject({ outcome: 'CANCELLED' });
  await until('everything is undone', () => undoCalls(order.current as ServedOrder).length >= 3);
});
