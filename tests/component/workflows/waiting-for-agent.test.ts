/** An order for which no agent is free yet, and requests to search again. */
import { WorkflowUpdateStage } from '@temporalio/client';
import type { Activities } from '../../../activities';
import { agentAssignedSignal, askAgentUpdate } from '../../../workflows/messages';
import { confirm, done, move, noAgentFree, orderStage, refusalOf, type ServedOrder } from '../../fixtures/order-stage';
import { agent } from '../../fixtures/workflows';

const { given } = orderStage();

/** A delivery side without a free agent until the test frees one. Counts the searches. */
function freedOnDemand() {
  const state = { free: false, asked: 0 };
  const assignAgent: Activities['assignAgent'] = async () => {
    state.asked++;
    return state.free ? { outcome: 'assigned', ...agent, status: 'PENDING' } : { outcome: 'queued' };
  };
  return { state, assignAgent };
}

async function givenConfirmed(override: Partial<Activities>): Promise<ServedOrder> {
  const order = await given(override);
  expect(await confirm(order)).toEqual(done);
  return order;
}

const askAgain = (order: ServedOrder) => order.update(askAgentUpdate, {});

describe('an order that waits for an agent', () => {
  it('continues when a signal names the agent', async () => {
    const order = await givenConfirmed(noAgentFree);
    await order.sees('waiting for an agent');
    await order.handle.signal(agentAssignedSignal, agent);
    expect(await order.sees('agent assigned')).toMatchObject({ delivery: 'PENDING', agent });
  });

  it('asks again after the interval when the signal is lost', async () => {
    let asked = 0;
    const order = await given(
      {
        assignAgent: async () =>
          ++asked < 3 ? { outcome: 'queued' } : { outcome: 'assigned', ...agent, status: 'PENDING' },
      },
      { reaskIntervalMs: 300 },
    );
    await confirm(order);
    expect(await order.sees('agent assigned')).toMatchObject({ agent });
  });

  it('searches at once on a pick-up, and refuses it if no agent is found', async () => {
    const { state, assignAgent } = freedOnDemand();
    const order = await givenConfirmed({ assignAgent });
    await order.sees('waiting for an agent');
    expect(await move(order, 'PICKED_UP')).toMatchObject({ outcome: 'refused', code: 'NO_AGENT_YET' });
    state.free = true;
    expect(await move(order, 'PICKED_UP')).toEqual(done);
  });
});

describe('a restaurant that asks again for an agent', () => {
  it('triggers a search at once', async () => {
    const { state, assignAgent } = freedOnDemand();
    const order = await givenConfirmed({ assignAgent });
    await order.sees('waiting for an agent');
    expect(await askAgain(order)).toEqual(done);
    expect(state.asked).toBe(2);
    state.free = true;
    expect(await askAgain(order)).toEqual(done);
    await order.sees('agent assigned');
  });

  it('is refused when an agent is already assigned', async () => {
    const order = await givenConfirmed({});
    await order.sees('agent assigned');
    expect(await refusalOf(askAgain(order))).toBe('ALREADY_ASSIGNED');
  });

  it('is refused when the order is not confirmed', async () => {
    const order = await given();
    await order.place();
    expect(await refusalOf(askAgain(order))).toBe('NOT_CONFIRMED');
  });

  it('is answered even if the agent is found first', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const order = await givenConfirmed({
      async assignAgent() {
        await held;
        return { outcome: 'assigned', ...agent, status: 'PENDING' };
      },
    });
    const letIn = { args: [{}] as [object], waitForStage: WorkflowUpdateStage.ACCEPTED } as const;
    const again = await order.handle.startUpdate(askAgentUpdate, letIn);
    release();
    expect(await again.result()).toEqual(done);
    expect(await move(order, 'PICKED_UP')).toEqual(done);
  });
});
