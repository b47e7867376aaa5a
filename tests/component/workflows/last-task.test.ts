/**
 * Updates whose first answer is lost: those that reach an order while it does its last steps, in the task that completes it (the server fails
 * that task, and forgets the update in it), and those that are answered too late.
 */
import { WorkflowUpdateRPCTimeoutOrCancelledError, type Client } from '@temporalio/client';
import type { DeliveryMove } from '../../../contracts/states';
import { sendUpdate } from '../../../lib/temporal/send';
import type { Activities } from '../../../workflows/calls';
import { agentAssignedSignal, cancelUpdate, moveDeliveryUpdate } from '../../../workflows/messages';
import { until } from '../../fixtures/until';
import { confirm, move, orderStage, undoCalls, type ServedOrder } from '../../fixtures/order-stage';
import { agent } from '../../fixtures/workflows';

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

describe('a command whose first answer comes too late', () => {
  /** The first answer never comes: a stand-in for a worker that is back just in time for the second question. */
  const tooLate = (handle: ServedOrder['handle']): Client => {
    const executeUpdate = () => Promise.reject(new WorkflowUpdateRPCTimeoutOrCancelledError('no answer'));
    const workflow = { getHandle: () => ({ ...handle, executeUpdate }) };
    return Object.create(temporal().client, { workflow: { value: workflow } }) as Client;
  };
  const sendLate = ({ handle }: ServedOrder, status: DeliveryMove) =>
    sendUpdate(
      { client: tooLate(handle), close: () => Promise.resolve() },
      { workflowId: handle.workflowId, update: moveDeliveryUpdate, args: [{ status }] },
    );

  it('is refused where it is not allowed, instead of accepted', async () => {
    const order = await given();
    await order.place();
    await expect(sendLate(order, 'PICKED_UP')).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });

  it('has its outcome where it is done by then', async () => {
    const order = await given();
    await confirm(order);
    expect(await sendLate(order, 'PICKED_UP')).toEqual({ state: 'completed', value: { outcome: 'done' } });
  });
});
