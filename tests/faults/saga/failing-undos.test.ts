/** Undos that do not get through: when they are shown, and that they are called on. What the process itself tells is in tests/faults. */
import type { Activities } from '../../../workflows/calls';
import { cancelUpdate } from '../../../workflows/messages';
import { asksDurably, confirm, done, never, orderStage, type ServedOrder } from '../../fixtures/order-stage';

const { given, adopt, isFound } = orderStage();

/** Attempts that follow each other fast, and an undo that is shown after half a second. */
const impatient = { undoAttentionMs: 500, attemptMs: 300, retryIntervalMs: 100 };
const shownEvent = 'undo does not get through';

/** A restaurant side that is well until its undo, which fails until the test mends it. */
function undoThatFails() {
  const state = { mended: false };
  const changeOrder: Activities['changeOrder'] = async ({ status }) => {
    if (status === 'CANCELLED' && !state.mended) throw new Error('restaurant database is away');
    return { outcome: 'changed' };
  };
  return { state, changeOrder };
}

const eventsOf = async (order: ServedOrder): Promise<string[]> =>
  (await order.view()).timeline.map(({ event }) => event);

/** What the history has of one kind of attributes. */
const recorded = async ({ handle }: ServedOrder, kind: 'timerStarted' | 'markerRecorded'): Promise<string> => {
  const { events = [] } = await handle.fetchHistory();
  const bytes = (_: string, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value);
  return JSON.stringify(
    events?.flatMap((event) => event[`${kind}EventAttributes`] ?? []),
    bytes,
  );
};

describe('an undo that does not get through', () => {
  it('is shown after a while, is called on, and is not shown any more when it has succeeded', async () => {
    const { state, changeOrder } = undoThatFails();
    const order = await given({ changeOrder }, impatient);
    await order.place();
    const cancelled = order.update(cancelUpdate, {});
    const { attention, timeline } = await order.sees(shownEvent);
    expect(attention).toBe('UNDO_FAILING');
    expect(timeline.find(({ event }) => event === shownEvent)?.detail).toBe('restaurant, for 0.5 s; called on');
    await isFound(order, 'UNDO_FAILING');

    state.mended = true;
    expect(await cancelled).toEqual(done);
    expect(await order.handle.result()).toMatchObject({ outcome: 'CANCELLED' });
    expect(await order.attention()).toBeUndefined();
    await isFound(order, 'UNDO_FAILING', false);
  });

  it('is shown too when its service was away before, and is called durably from the first', async () => {
    const order = await given({ createOrder: never, changeOrder: never }, impatient);
    await asksDurably(order, 'createOrder');
    void order.update(cancelUpdate, {}).catch(() => undefined); // answered when the restaurant side is back: not in this test
    expect(await order.sees(shownEvent)).toMatchObject({ attention: 'UNDO_FAILING' });
    await order.handle.terminate();
  });

  it('is shown too when it is the one that the others wait for: a delivery that may be done already', async () => {
    let answer = false;
    const order = await adopt(
      {
        assignAgent: never,
        changeDelivery: () => (answer ? Promise.resolve({ outcome: 'refused', status: 'DELIVERED' }) : never()),
      },
      impatient,
    );
    await order.sees('adopted');
    const cancelled = order.update(cancelUpdate, {});
    expect(await order.sees(shownEvent)).toMatchObject({ attention: 'UNDO_FAILING' });
    answer = true;
    expect(await cancelled).toMatchObject({ outcome: 'refused', code: 'CANCEL_TOO_LATE' });
    expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
    expect(await order.attention()).toBeUndefined();
  });

  it('is shown though an operator has cancelled the workflow', async () => {
    const { state, changeOrder } = undoThatFails();
    const order = await given({ changeOrder }, impatient);
    await order.place();
    await order.handle.cancel();
    expect(await order.sees(shownEvent)).toMatchObject({ attention: 'UNDO_FAILING' });
    state.mended = true;
    await expect(order.handle.result()).rejects.toThrow();
    expect(await order.attention()).toBeUndefined();
  });
});

describe('an undo that gets through', () => {
  it('in time, by its durable call, is not shown', async () => {
    const { state, changeOrder } = undoThatFails();
    const order = await given({ changeOrder }, { ...impatient, undoAttentionMs: 60_000 });
    await order.place();
    const cancelled = order.update(cancelUpdate, {});
    await asksDurably(order, 'changeOrder');
    state.mended = true;
    expect(await cancelled).toEqual(done);
    await order.handle.result();
    expect(await eventsOf(order)).not.toContain(shownEvent);
    expect(await order.attention()).toBeUndefined();
  });

  it('at once costs the order no timer to watch it, and no marker', async () => {
    const order = await given();
    await confirm(order);
    await order.sees('agent assigned');
    await order.update(cancelUpdate, {});
    await order.handle.result();
    expect(JSON.parse(await recorded(order, 'timerStarted'))).toHaveLength(2); // the watchdog's, and the one that keeps the stop
    expect(await recorded(order, 'markerRecorded')).not.toContain('failing-undos');
  });
});
