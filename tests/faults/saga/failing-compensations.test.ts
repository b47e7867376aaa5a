/** Failing compensations: when they are reported, and that their retries continue. The logs and metrics of the process are in tests/faults. */
import type { Activities } from '../../../activities';
import { cancelUpdate } from '../../../workflows/messages';
import { calledDurably, confirm, done, never, orderStage, type ServedOrder } from '../../fixtures/order-stage';

const { given, adopt, isFound } = orderStage();

/** Short retry intervals, and a report after half a second. */
const impatient = { undoAttentionMs: 500, attemptMs: 300, retryIntervalMs: 100 };
const shownEvent = 'undo keeps failing';

/** A restaurant side whose compensation fails until the test mends it. */
function failingCompensation() {
  const state = { mended: false };
  const changeOrder: Activities['changeOrder'] = async ({ status }) => {
    if (status === 'CANCELLED' && !state.mended) throw new Error('restaurant database is unavailable');
    return { outcome: 'changed' };
  };
  return { state, changeOrder };
}

const eventsOf = async (order: ServedOrder): Promise<string[]> =>
  (await order.view()).timeline.map(({ event }) => event);

/** The attributes of one kind in the history, as JSON. */
const recorded = async ({ handle }: ServedOrder, kind: 'timerStarted' | 'markerRecorded'): Promise<string> => {
  const { events = [] } = await handle.fetchHistory();
  const bytes = (_: string, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value);
  return JSON.stringify(
    events?.flatMap((event) => event[`${kind}EventAttributes`] ?? []),
    bytes,
  );
};

describe('a compensation that keeps failing', () => {
  it('is reported after a while, is retried, and is no longer reported once it has succeeded', async () => {
    const { state, changeOrder } = failingCompensation();
    const order = await given({ changeOrder }, impatient);
    await order.place();
    const cancelled = order.update(cancelUpdate, {});
    const { attention, timeline } = await order.sees(shownEvent);
    expect(attention).toBe('UNDO_FAILING');
    expect(timeline.find(({ event }) => event === shownEvent)?.detail).toBe('restaurant, for 0.5 s; still retrying');
    await isFound(order, 'UNDO_FAILING');

    state.mended = true;
    expect(await cancelled).toEqual(done);
    expect(await order.handle.result()).toMatchObject({ outcome: 'CANCELLED' });
    expect(await order.attention()).toBeUndefined();
    await isFound(order, 'UNDO_FAILING', false);
  });

  it('is reported when its service was already called durably before', async () => {
    const order = await given({ createOrder: never, changeOrder: never }, impatient);
    await calledDurably(order, 'createOrder');
    void order.update(cancelUpdate, {}).catch(() => undefined); // answered when the restaurant side is back, which this test does not wait for
    expect(await order.sees(shownEvent)).toMatchObject({ attention: 'UNDO_FAILING' });
    await order.handle.terminate();
  });

  it('is reported when it is the question whether the order was already delivered', async () => {
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

  it('is reported when an operator has cancelled the workflow', async () => {
    const { state, changeOrder } = failingCompensation();
    const order = await given({ changeOrder }, impatient);
    await order.place();
    await order.handle.cancel();
    expect(await order.sees(shownEvent)).toMatchObject({ attention: 'UNDO_FAILING' });
    state.mended = true;
    await expect(order.handle.result()).rejects.toThrow();
    expect(await order.attention()).toBeUndefined();
  });
});

describe('a compensation that succeeds', () => {
  it('by its durable call before the report is not reported', async () => {
    const { state, changeOrder } = failingCompensation();
    const order = await given({ changeOrder }, { ...impatient, undoAttentionMs: 60_000 });
    await order.place();
    const cancelled = order.update(cancelUpdate, {});
    await calledDurably(order, 'changeOrder');
    state.mended = true;
    expect(await cancelled).toEqual(done);
    await order.handle.result();
    expect(await eventsOf(order)).not.toContain(shownEvent);
    expect(await order.attention()).toBeUndefined();
  });

  it('at once costs no timer and no marker', async () => {
    const order = await given();
    await confirm(order);
    await order.sees('agent assigned');
    await order.update(cancelUpdate, {});
    await order.handle.result();
    expect(JSON.parse(await recorded(order, 'timerStarted'))).toHaveLength(2); // the watchdog's, and the one that commits the stop
    expect(await recorded(order, 'markerRecorded')).not.toContain('failing-undos');
  });
});
