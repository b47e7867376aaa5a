/** Couriers who hand a job back before pick-up. */
import { alreadyApplied } from '../../../contracts/names';
import type { Activities } from '../../../workflows/calls';
import { agentAssignedSignal, declineUpdate } from '../../../workflows/messages';
import { confirm, done, move, orderStage, refusalOf, undoCalls, type ServedOrder } from '../../fixtures/order-stage';
import { until } from '../../fixtures/until';
import { agent } from '../../fixtures/workflows';

const { given } = orderStage();
const bela = { agent_id: '00000000-0000-4000-8000-00000000000b', agent_name: 'Bela' };

const decline = (order: ServedOrder, agent_id?: string) => order.update(declineUpdate, { agent_id });

/** A delivery side that answers each asking with the next of these; nobody once they are through. */
const oneByOne = (...agents: (typeof agent)[]): Activities['assignAgent'] => {
  const next = [...agents];
  return async () => {
    const found = next.shift();
    return found ? { outcome: 'assigned', ...found, status: 'PENDING' } : { outcome: 'queued' };
  };
};

async function givenAssigned(assignAgent: Activities['assignAgent'], courierLimitMs = 60_000): Promise<ServedOrder> {
  const order = await given({ assignAgent }, { courierLimitMs });
  await confirm(order);
  await order.sees('agent assigned');
  return order;
}

describe('a job that is handed back', () => {
  it('goes to another agent, and on to its delivery', async () => {
    const order = await givenAssigned(oneByOne(agent, bela));
    expect(await decline(order, agent.agent_id)).toEqual(done);
    expect(await order.sees('handed back')).toMatchObject({ agent: bela, delivery: 'PENDING' });
    await move(order, 'PICKED_UP');
    await move(order, 'DELIVERED');
    expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
    expect(order.services.calls).toContain('changeDelivery DECLINED');
  });

  it('twice by the same agent is a success, and takes it from nobody else', async () => {
    const order = await givenAssigned(oneByOne(agent, bela));
    await decline(order, agent.agent_id);
    await order.sees('handed back');
    expect(await refusalOf(decline(order, agent.agent_id))).toBe(alreadyApplied);
    expect(await order.view()).toMatchObject({ agent: bela });
  });

  it('waits when nobody else is free; a late word of the first agent does not bring them back', async () => {
    const order = await givenAssigned(oneByOne(agent));
    await decline(order);
    await order.sees('waiting for an agent');
    await order.handle.signal(agentAssignedSignal, agent);
    expect(await order.view()).toMatchObject({ agent: null, delivery: null });
    await order.handle.signal(agentAssignedSignal, bela);
    await order.handle.query('order');
    expect(await move(order, 'PICKED_UP')).toEqual(done);
    expect(await order.view()).toMatchObject({ agent: bela, delivery: 'PICKED_UP' });
  });

  it('by somebody else is refused, and after pick-up too', async () => {
    const order = await givenAssigned(oneByOne(agent));
    expect(await refusalOf(decline(order, bela.agent_id))).toBe('ILLEGAL_TRANSITION');
    await move(order, 'PICKED_UP');
    expect(await refusalOf(decline(order))).toBe('ILLEGAL_TRANSITION');
  });

  it('before there is an agent is refused', async () => {
    const order = await given();
    await order.place();
    expect(await refusalOf(decline(order))).toBe('NO_AGENT_YET');
  });

  it('does not begin the time for the search anew', async () => {
    const slowly: Activities['assignAgent'] = async () => ({ outcome: 'queued' });
    const found = oneByOne(agent);
    let asked = 0;
    const order = await given(
      { assignAgent: (message) => (++asked === 2 ? found(message) : slowly(message)) },
      { courierLimitMs: 8_000, reaskIntervalMs: 1_000 }, // one of the eight seconds goes by before the first agent is found
    );
    await confirm(order);
    await order.sees('agent assigned');
    await decline(order);
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'no agent was found in time' });
    // The eight seconds of the search are timed once; the other timers are for what was left of them, for asking again, and for the pick-up.
    expect((await timersOf(order)).filter((ms) => ms > 7_000 && ms <= 8_000)).toHaveLength(1);
    expect(undoCalls(order)).toEqual(['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });
});

/** The delivery side has written the hand-back and found Bela; the workflow task that knew of it is lost (ADR 13). */
describe('a hand-back that was forgotten with its task', () => {
  async function givenForgotten(...found: (typeof agent)[]): Promise<ServedOrder> {
    const order = await givenAssigned(oneByOne(agent, ...found));
    await order.handle.signal(agentAssignedSignal, bela);
    await until('the delivery side is asked again', () => asked(order) > 1);
    return order;
  }
  const asked = ({ services }: ServedOrder): number => services.calls.filter((call) => call === 'assignAgent').length;

  it('is learnt when the next agent is named, who can then hand the job back too', async () => {
    const order = await givenForgotten(bela);
    await until('Bela has the job', async () => (await order.view()).agent?.agent_id === bela.agent_id);
    expect(await refusalOf(decline(order, agent.agent_id))).toBe(alreadyApplied);
    expect(await decline(order, bela.agent_id)).toEqual(done);
    expect((await order.sees('waiting for an agent')).agent).toBeNull();
  });

  it('goes on to its delivery', async () => {
    const order = await givenForgotten(bela);
    expect(await move(order, 'PICKED_UP')).toEqual(done);
    expect(await order.view()).toMatchObject({ agent: bela, delivery: 'PICKED_UP' });
    await move(order, 'DELIVERED');
    expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
  });

  it('and never was, by the word of the delivery side, leaves the job with its agent', async () => {
    const order = await givenForgotten(agent);
    await until('the agent has the job', async () => (await order.view()).agent?.agent_id === agent.agent_id);
    expect(await decline(order, agent.agent_id)).toEqual(done);
    expect(order.services.calls).toContain('changeDelivery DECLINED');
  });
});

test('the next agent, named before the hand-back is answered, has the job and can hand it back', async () => {
  const found = oneByOne(agent, bela);
  let named = async (): Promise<void> => undefined;
  const order = await given({
    assignAgent: found,
    changeDelivery: async () => {
      await named();
      return { outcome: 'changed' };
    },
  });
  await confirm(order);
  await order.sees('agent assigned');
  named = () => order.handle.signal(agentAssignedSignal, bela);
  expect(await decline(order, agent.agent_id)).toEqual(done);
  named = async () => undefined;
  await until('Bela has the job', async () => (await order.view()).agent?.agent_id === bela.agent_id);
  expect(await decline(order, bela.agent_id)).toEqual(done);
  expect(order.services.calls.filter((call) => call === 'assignAgent').length).toBeGreaterThanOrEqual(2);
});

/** The timers that the order has set, in milliseconds. */
async function timersOf({ handle }: ServedOrder): Promise<number[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ timerStartedEventAttributes }) => {
    const time = timerStartedEventAttributes?.startToFireTimeout;
    return time ? [Number(time.seconds ?? 0) * 1_000 + (time.nanos ?? 0) / 1e6] : [];
  });
}
