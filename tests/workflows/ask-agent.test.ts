/** Asking again for an agent, and orders that come with less than we would know: adopted ones. */
import { WorkflowUpdateStage, type WorkflowHandle } from '@temporalio/client';
import type { CommandOutcome, OrderPolicy } from '../../contracts/workflow';
import { anOrderInput } from '../fixtures/orders';
import { until } from '../fixtures/until';
import { agent, openWorkflowStage, startOrder, stubServices, type WorkflowStage } from '../fixtures/workflows';
import { orderWorkflow } from '../../workflows';
import type { Activities } from '../../workflows/calls';
import { askAgentUpdate, decideUpdate, moveDeliveryUpdate, orderQuery } from '../../workflows/messages';

const done: CommandOutcome = { outcome: 'done' };
let stage: WorkflowStage;
beforeAll(async () => {
  stage = await openWorkflowStage();
});
afterAll(() => stage.close());

/** Free once the test says so. */
function anAgentWhoMayCome() {
  const state = { free: false, asked: 0 };
  const assignAgent: Activities['assignAgent'] = async () => {
    state.asked++;
    return state.free ? { outcome: 'assigned', ...agent, status: 'PENDING' } : { outcome: 'queued' };
  };
  return { state, assignAgent };
}

async function confirmedOrder(override: Partial<Activities>) {
  const { taskQueue } = await stage.worker(stubServices(override));
  const order = await startOrder(stage.client, taskQueue, anOrderInput());
  await order.place();
  expect(await order.update(decideUpdate, { status: 'CONFIRMED' })).toEqual(done);
  return order;
}

describe('a restaurant that asks again for an agent', () => {
  it('has the delivery side asked at once, whoever is free by then', async () => {
    const { state, assignAgent } = anAgentWhoMayCome();
    const order = await confirmedOrder({ assignAgent });
    await order.sees('waiting for an agent');
    expect(await order.update(askAgentUpdate, {})).toEqual(done);
    expect(state.asked).toBe(2);
    state.free = true;
    expect(await order.update(askAgentUpdate, {})).toEqual(done);
    await order.sees('agent assigned');
  });

  it('is told when there is one already', async () => {
    const order = await confirmedOrder({});
    await order.sees('agent assigned');
    await expect(order.update(askAgentUpdate, {})).rejects.toMatchObject({ cause: { type: 'ALREADY_ASSIGNED' } });
  });

  it('is told that the order is not confirmed', async () => {
    const { taskQueue } = await stage.worker(stubServices());
    const order = await startOrder(stage.client, taskQueue, anOrderInput());
    await order.place();
    await expect(order.update(askAgentUpdate, {})).rejects.toMatchObject({ cause: { type: 'NOT_CONFIRMED' } });
  });

  it('is answered though the agent was found before its turn came', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const order = await confirmedOrder({
      async assignAgent() {
        await held;
        return { outcome: 'assigned', ...agent, status: 'PENDING' };
      },
    });
    const letIn = { args: [{}] as [object], waitForStage: WorkflowUpdateStage.ACCEPTED } as const;
    const again = await order.handle.startUpdate(askAgentUpdate, letIn);
    release();
    expect(await again.result()).toEqual(done);
    expect(await order.update(moveDeliveryUpdate, { status: 'PICKED_UP' })).toEqual(done);
  });
});

async function adopt(override: Partial<Activities>, policy: Partial<OrderPolicy> = {}) {
  const services = stubServices(override);
  const { taskQueue } = await stage.worker(services);
  const input = { ...anOrderInput(policy), stage: 'confirmed' as const };
  const handle: WorkflowHandle<typeof orderWorkflow> = await stage.client.workflow.start(orderWorkflow, {
    workflowId: `order-${input.order.order_id}`,
    taskQueue,
    args: [input],
  });
  return { handle, services };
}

describe('an adopted order', () => {
  it('that was delivered long ago is left as it is', async () => {
    const { handle, services } = await adopt({ assignAgent: async () => ({ outcome: 'closed', status: 'DELIVERED' }) });
    expect(await handle.result()).toEqual({ outcome: 'SETTLED', reason: 'already DELIVERED' });
    expect(services.calls.filter((call) => call.endsWith('CANCELLED'))).toEqual([]);
  });

  it('that its restaurant has cancelled gets no agent', async () => {
    const { handle, services } = await adopt({
      changeOrder: async ({ status }) =>
        status === 'CONFIRMED' ? { outcome: 'refused', status: 'CANCELLED' } : { outcome: 'unchanged' },
    });
    expect(await handle.result()).toEqual({ outcome: 'CANCELLED', reason: "the restaurant's order is CANCELLED" });
    expect(services.calls).not.toContain('assignAgent');
  });

  it('that the restaurant side does not know goes on: its old restaurant has its own rows', async () => {
    const { handle, services } = await adopt(
      { changeOrder: async () => ({ outcome: 'refused', status: null }) },
      { pickupLimitMs: 500 },
    );
    expect(await handle.result()).toMatchObject({ reason: 'the agent did not pick up in time' });
    expect(services.calls).toContain('assignAgent');
  });

  it('that was picked up already waits for its delivery alone', async () => {
    const { handle } = await adopt({
      assignAgent: async () => ({ outcome: 'assigned', ...agent, status: 'PICKED_UP' }),
    });
    const deliver = { args: [{ status: 'DELIVERED' as const }] as [{ status: 'DELIVERED' }] };
    await until('the agent', async () => (await handle.query(orderQuery)).agent !== null);
    expect(await handle.executeUpdate(moveDeliveryUpdate, deliver)).toEqual(done);
    expect(await handle.result()).toEqual({ outcome: 'DELIVERED', reason: null });
  });
});
