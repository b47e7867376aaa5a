/** Couriers who hand a job back before pick-up. */
import { alreadyApplied } from '../../../contracts/names';
import type { Activities } from '../../../activities';
import { agentAssignedSignal, declineUpdate, moveDeliveryUpdate } from '../../../workflows/messages';
import { confirm, done, move, orderStage, refusalOf, undoCalls, type ServedOrder } from '../../fixtures/order-stage';
import { repeat } from '../../fixtures/repeat';
import { until } from '../../fixtures/until';
import { agent } from '../../fixtures/workflows';

const { given } = orderStage();
const bela = { agent_id: '00000000-0000-4000-8000-00000000000b', agent_name: 'Bela' };

const decline = (order: ServedOrder, agent_id?: string) => order.update(declineUpdate, { agent_id });

/** A delivery side that answers each search with the next agent, and then with none. */
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
  it('goes to another agent and is delivered', async () => {
    const order = await givenAssigned(oneByOne(agent, bela));
    expect(await decline(order, agent.agent_id)).toEqual(done);
    expect(await order.sees('handed back')).toMatchObject({ agent: bela, delivery: 'PENDING' });
    await move(order, 'PICKED_UP');
    await move(order, 'DELIVERED');
    expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
    expect(order.services.calls).toContain('changeDelivery DECLINED');
  });

  it('twice by the same agent is a success, and does not take it from the next agent', async () => {
    const order = await givenAssigned(oneByOne(agent, bela));
    await decline(order, agent.agent_id);
    await order.sees('handed back');
    expect(await refusalOf(decline(order, agent.agent_id))).toBe(alreadyApplied);
    expect(await order.view()).toMatchObject({ agent: bela });
  });

  it('waits when no other agent is free; a late signal that names the first agent is ignored', async () => {
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

  it.each(['PICKED_UP', 'CANCELLED'] as const)(
    'can no longer be moved by who had it: %s at the same moment never reaches the next agent',
    async (status) => {
      for (let i = 0; i < repeat; i++) {
        const order = await givenAssigned(oneByOne(agent, bela));
        const by = { role: 'courier', agent_id: agent.agent_id } as const;
        const [handedBack, moved] = await Promise.all([
          order.update(declineUpdate, { agent_id: agent.agent_id, by }).catch((error: unknown) => error),
          order.update(moveDeliveryUpdate, { status, by }).then(
            ({ outcome }) => outcome,
            () => 'refused',
          ),
        ]);
        // Whichever came first counts, and the other is refused.
        if (moved === 'done') expect(handedBack).not.toEqual(done);
        else
          expect(await order.sees('handed back')).toMatchObject({
            status: 'CONFIRMED',
            delivery: 'PENDING',
            agent: bela,
          });
      }
    },
  );

  it('unknown to the order is found out by the next agent’s report', async () => {
    const order = await givenAssigned(oneByOne(agent, bela)); // the delivery side has given the job to Bela since
    const by = { role: 'courier', agent_id: bela.agent_id } as const;
    expect(await order.update(moveDeliveryUpdate, { status: 'PICKED_UP', by })).toEqual(done);
    expect(await order.view()).toMatchObject({ agent: bela, delivery: 'PICKED_UP' });
  });

  it('stays with its agent if the delivery side says so, although another courier reports', async () => {
    const order = await givenAssigned(oneByOne(agent, agent));
    const by = { role: 'courier', agent_id: bela.agent_id } as const;
    expect(await order.update(moveDeliveryUpdate, { status: 'PICKED_UP', by })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await order.view()).toMatchObject({ agent, delivery: 'PENDING' });
  });

  it('by another agent, or after pick-up, is refused', async () => {
    const order = await givenAssigned(oneByOne(agent));
    expect(await refusalOf(decline(order, bela.agent_id))).toBe('ILLEGAL_TRANSITION');
    await move(order, 'PICKED_UP');
    expect(await refusalOf(decline(order))).toBe('ILLEGAL_TRANSITION');
  });

  it('before an agent is assigned is refused', async () => {
    const order = await given();
    await order.place();
    expect(await refusalOf(decline(order))).toBe('NO_AGENT_YET');
  });

  it('does not restart the search limit', async () => {
    const slowly: Activities['assignAgent'] = async () => ({ outcome: 'queued' });
    const found = oneByOne(agent);
    let asked = 0;
    const order = await given(
      { assignAgent: (message) => (++asked === 2 ? found(message) : slowly(message)) },
      { courierLimitMs: 5_000, reaskIntervalMs: 1_000 }, // one of the five seconds passes before the first agent is found
    );
    await confirm(order);
    await order.sees('agent assigned');
    await decline(order);
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'no agent was found in time' });
    // The five seconds are timed once; the other timers are for their rest, for searching again, and for the pick-up.
    expect((await timersOf(order)).filter((ms) => ms > 4_000 && ms <= 5_000)).toHaveLength(1);
    expect(undoCalls(order)).toEqual(['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });
});

/** The delivery side has written the hand-back and found Bela, but the workflow task that knew of it is lost (ADR 13). */
describe('a hand-back that was lost with its task', () => {
  async function givenLost(...found: (typeof agent)[]): Promise<ServedOrder> {
    const order = await givenAssigned(oneByOne(agent, ...found));
    await order.handle.signal(agentAssignedSignal, bela);
    await until('the delivery side is called again', () => asked(order) > 1);
    return order;
  }
  const asked = ({ services }: ServedOrder): number => services.calls.filter((call) => call === 'assignAgent').length;

  it('is recovered when the next agent is named, who can then hand the job back too', async () => {
    const order = await givenLost(bela);
    await until('Bela has the job', async () => (await order.view()).agent?.agent_id === bela.agent_id);
    expect(await refusalOf(decline(order, agent.agent_id))).toBe(alreadyApplied);
    expect(await decline(order, bela.agent_id)).toEqual(done);
    expect((await order.sees('waiting for an agent')).agent).toBeNull();
  });

  it('is followed by the delivery', async () => {
    const order = await givenLost(bela);
    expect(await move(order, 'PICKED_UP')).toEqual(done);
    expect(await order.view()).toMatchObject({ agent: bela, delivery: 'PICKED_UP' });
    await move(order, 'DELIVERED');
    expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
  });

  it('leaves the job with its agent if the delivery side does not know of it', async () => {
    const order = await givenLost(agent);
    await until('the agent has the job', async () => (await order.view()).agent?.agent_id === agent.agent_id);
    expect(await decline(order, agent.agent_id)).toEqual(done);
    expect(order.services.calls).toContain('changeDelivery DECLINED');
  });
});

test('an agent who is named before the hand-back is answered gets the job and can hand it back', async () => {
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

/** The order's timers, in milliseconds. */
async function timersOf({ handle }: ServedOrder): Promise<number[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ timerStartedEventAttributes }) => {
    const time = timerStartedEventAttributes?.startToFireTimeout;
    return time ? [Number(time.seconds ?? 0) * 1_000 + (time.nanos ?? 0) / 1e6] : [];
  });
}
