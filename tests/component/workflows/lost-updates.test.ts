/**
 * Updates whose first answer is lost: those that arrive in the workflow task that completes the order (the server fails that task and drops
 * the update), and those that are answered too late.
 */
import { WorkflowUpdateRPCTimeoutOrCancelledError, type Client } from '@temporalio/client';
import type { DeliveryMove } from '../../../contracts/states';
import { sendUpdate } from '../../../lib/temporal/send';
import type { Activities } from '../../../activities';
import { agentAssignedSignal, cancelUpdate, moveDeliveryUpdate } from '../../../workflows/messages';
import { until } from '../../fixtures/until';
import { confirm, move, orderStage, undoCalls, type ServedOrder } from '../../fixtures/order-stage';
import { agent } from '../../fixtures/workflows';

const { given, temporal } = orderStage();

/** Runs the work before this change is answered. */
const whileChanging =
  (status: string, work: () => Promise<unknown>): Activities['changeDelivery'] =>
  async (change) => {
    if (change.status === status) await work();
    return { outcome: 'changed' };
  };

it('a delivery is answered and done once, even if a signal arrives in between', async () => {
  const order: { current?: ServedOrder } = {};
  let signals = 0;
  const signal = async () => {
    if (signals++ === 0) await order.current?.handle.signal(agentAssignedSignal, 'soup');
  };
  order.current = await given({ changeDelivery: whileChanging('DELIVERED', signal) });
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

it('a cancel is answered and done, even if an agent is found in between', async () => {
  const order: { current?: ServedOrder } = {};
  let signals = 0;
  const found = async () => {
    if (signals++ === 0) await order.current?.handle.signal(agentAssignedSignal, agent);
  };
  order.current = await given({
    assignAgent: async () => ({ outcome: 'queued' }),
    changeDelivery: whileChanging('CANCELLED', found),
  });
  await confirm(order.current);
  await order.current.sees('waiting for an agent');
  const { workflowId } = order.current.handle;
  const sent = await sendUpdate(temporal(), { workflowId, update: cancelUpdate, args: [{}] });
  expect(sent).toEqual({ state: 'completed', value: { outcome: 'done' } });
  expect(await order.current.handle.result()).toMatchObject({ outcome: 'CANCELLED' });
  await until('everything is undone', () => undoCalls(order.current as ServedOrder).length >= 3);
});

describe('a command whose first answer arrives too late', () => {
  /** The first answer never arrives, as if the worker was back just before the second attempt. */
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

  it('is refused if it is not allowed, instead of accepted', async () => {
    const order = await given();
    await order.place();
    await expect(sendLate(order, 'PICKED_UP')).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });

  it('has its outcome if it is done by then', async () => {
    const order = await given();
    await confirm(order);
    expect(await sendLate(order, 'PICKED_UP')).toEqual({ state: 'completed', value: { outcome: 'done' } });
  });
});
