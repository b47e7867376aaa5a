/** How long the history of one order gets: Temporal ends a run whose history is too long. */
import { alreadyApplied, alreadyPending } from '../../../contracts/names';
import { askAgentUpdate, cancelUpdate } from '../../../workflows/messages';
import { aGate } from '../../fixtures/gate';
import { confirm, done, move, nobodyFree, orderStage, refusalOf } from '../../fixtures/order-stage';
import { until } from '../../fixtures/until';

const { given } = orderStage();

const lengthOf = async ({ handle }: Awaited<ReturnType<typeof given>>): Promise<number> =>
  (await handle.describe()).historyLength;

describe('the history of an order', () => {
  it('has at most forty events when nothing goes wrong', async () => {
    const order = await given();
    await confirm(order);
    await move(order, 'PICKED_UP');
    await move(order, 'DELIVERED');
    await order.handle.result();
    expect(await lengthOf(order)).toBeLessThanOrEqual(40);
  });

  it('grows by at most nine events for each time that it asks again for an agent', async () => {
    const asksAgain = 20;
    const order = await given(nobodyFree, { reaskIntervalMs: 20 });
    await confirm(order);
    const asked = (): number => order.services.calls.filter((call) => call === 'assignAgent').length;
    await until('it has asked again', () => asked() > asksAgain);
    await order.update(cancelUpdate, {});
    await order.handle.result();
    expect(await lengthOf(order)).toBeLessThanOrEqual(40 + 9 * asked());
  });

  it('gets no longer by repeats, however many come', async () => {
    const order = await given();
    await confirm(order);
    await move(order, 'PICKED_UP');
    await order.sees('picked up');
    const before = await lengthOf(order);
    for (let i = 0; i < 20; i++) expect(await refusalOf(move(order, 'PICKED_UP'))).toBe(alreadyApplied);
    expect(await lengthOf(order)).toBe(before);
    await move(order, 'DELIVERED');
  });

  it('stops growing when an agent is asked for without end, and the order still takes what matters', async () => {
    const order = await given(nobodyFree);
    await confirm(order);
    await order.sees('waiting for an agent');
    const ask = () => refusalOf(order.update(askAgentUpdate, {}));
    await until('it is asked no more', async () => (await ask()) === alreadyApplied);
    expect(await refusalOf(move(order, 'PICKED_UP'))).toBe('NO_AGENT_YET');
    const asked = order.services.calls.filter((call) => call === 'assignAgent').length;
    expect(asked).toBeLessThan(150);
    expect(await order.update(cancelUpdate, {})).toEqual(done);
  });

  it('takes a step that waits to be done but once, so that there is room for a cancel', async () => {
    const [reached, gate] = [aGate(), aGate()];
    const order = await given({
      changeOrder: async ({ status }) => {
        if (status === 'CONFIRMED') {
          reached.open();
          await gate.promise;
        }
        return { outcome: 'changed' };
      },
    });
    await order.place();
    const confirmed = confirm(order);
    await reached.promise;
    for (let i = 0; i < 20; i++) expect(await refusalOf(confirm(order))).toBe(alreadyPending);
    gate.open();
    expect(await confirmed).toEqual(done);
    expect(await order.update(cancelUpdate, {})).toEqual(done);
  });
});
