/** The length of one order's history: Temporal ends a run whose history is too long. */
import { alreadyApplied, alreadyPending } from '../../../contracts/names';
import { askAgentUpdate, cancelUpdate } from '../../../workflows/messages';
import { aGate } from '../../fixtures/gate';
import { confirm, done, move, noAgentFree, orderStage, refusalOf } from '../../fixtures/order-stage';
import { repeat } from '../../fixtures/repeat';
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

  it('grows by at most nine events for each search for an agent', async () => {
    const order = await given(noAgentFree, { reaskIntervalMs: 20 });
    await confirm(order);
    const asked = (): number => order.services.calls.filter((call) => call === 'assignAgent').length;
    await until('it has asked again', () => asked() > repeat);
    await order.update(cancelUpdate, {});
    await order.handle.result();
    expect(await lengthOf(order)).toBeLessThanOrEqual(40 + 9 * asked());
  });

  it('does not grow by repeated commands', async () => {
    const order = await given();
    await confirm(order);
    await move(order, 'PICKED_UP');
    await order.sees('picked up');
    const before = await lengthOf(order);
    for (let i = 0; i < repeat; i++) expect(await refusalOf(move(order, 'PICKED_UP'))).toBe(alreadyApplied);
    expect(await lengthOf(order)).toBe(before);
    await move(order, 'DELIVERED');
  });

  it('stops growing when an agent is requested without end, and the order still accepts other commands', async () => {
    const order = await given(noAgentFree);
    await confirm(order);
    await order.sees('waiting for an agent');
    const ask = () => refusalOf(order.update(askAgentUpdate, {}));
    await until('requests trigger no more searches', async () => (await ask()) === alreadyApplied);
    expect(await refusalOf(move(order, 'PICKED_UP'))).toBe('NO_AGENT_YET');
    const asked = order.services.calls.filter((call) => call === 'assignAgent').length;
    expect(asked).toBeLessThan(150);
    expect(await order.update(cancelUpdate, {})).toEqual(done);
  });

  it('accepts a pending command only once, which leaves room for a cancel', async () => {
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
    for (let i = 0; i < repeat; i++) expect(await refusalOf(confirm(order))).toBe(alreadyPending);
    gate.open();
    expect(await confirmed).toEqual(done);
    expect(await order.update(cancelUpdate, {})).toEqual(done);
  });
});
