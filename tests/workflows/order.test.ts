import { Context } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { OrderPolicy } from '../../contracts/workflow';
import type { Activities } from '../../workflows/calls';
import {
  agentAssignedSignal,
  cancelUpdate,
  decideUpdate,
  deliveryStatusSignal,
  moveDeliveryUpdate,
  restaurantDecisionSignal,
} from '../../workflows/messages';
import { orderWorkflow } from '../../workflows';
import { anOrderInput } from '../fixtures/orders';
import { until } from '../fixtures/until';
import {
  agent,
  openWorkflowStage,
  startOrder,
  stubServices,
  type OrderUnderTest,
  type Stub,
  type WorkflowStage,
} from '../fixtures/workflows';

/** A service that does not answer: ends only with its attempt or its worker. */
const never = (): Promise<never> => Context.current().cancelled;
const done = { outcome: 'done' };

let stage: WorkflowStage;
beforeAll(async () => {
  stage = await openWorkflowStage();
});
afterAll(() => stage.close());

/** An order with its own services and its own worker. */
async function given(
  override: Partial<Activities> = {},
  policy: Partial<OrderPolicy> = {},
): Promise<OrderUnderTest & { services: Stub }> {
  const services = stubServices(override);
  const { taskQueue } = await stage.worker(services);
  return { ...(await startOrder(stage.client, taskQueue, anOrderInput(policy))), services };
}

const confirm = (order: OrderUnderTest) => order.update(decideUpdate, { status: 'CONFIRMED' });
const move = (order: OrderUnderTest, status: 'PICKED_UP' | 'DELIVERED' | 'CANCELLED') =>
  order.update(moveDeliveryUpdate, { status });
const refusalOf = async (update: Promise<unknown>): Promise<string | null | undefined> => {
  const err: unknown = await update.catch((e: unknown) => e);
  if (err instanceof WorkflowUpdateFailedError && err.cause instanceof ApplicationFailure) return err.cause.type;
  return `not refused: ${JSON.stringify(err)}`;
};

describe('an order on its way', () => {
  it('goes from placement to delivery in local steps alone', async () => {
    const order = await given();
    expect(await order.place()).toMatchObject({ outcome: 'placed', total: '12.50' });
    expect(await confirm(order)).toEqual(done);
    expect(await move(order, 'PICKED_UP')).toEqual(done);
    expect(await move(order, 'DELIVERED')).toEqual(done);

    expect(await order.handle.result()).toEqual({ outcome: 'DELIVERED', reason: null });
    expect(order.services.calls).toEqual([
      'recordOrder',
      'createOrder',
      'changeOrder CONFIRMED',
      'recordProgress CONFIRMED',
      'assignAgent',
      'changeDelivery PICKED_UP',
      'changeDelivery DELIVERED',
      'recordProgress CONFIRMED',
    ]);
    expect(await order.durableCalls()).toEqual([]);
    const view = await order.view();
    expect(view).toMatchObject({ status: 'CONFIRMED', delivery: 'DELIVERED', agent, total: '12.50' });
    expect(view.timeline.map(({ event }) => event)).toEqual([
      'placed',
      'accepted by the restaurant side',
      'confirmed by the restaurant',
      'agent assigned',
      'picked up',
      'delivered',
    ]);
  });

  it('is moved by signals alone, and notes what they may not do', async () => {
    const order = await given();
    await order.sees('accepted by the restaurant side');
    await order.handle.signal(deliveryStatusSignal, 'DELIVERED');
    await order.handle.signal(restaurantDecisionSignal, 'MAYBE');
    await order.handle.signal(restaurantDecisionSignal, { status: 'CONFIRMED' });
    await order.handle.signal(restaurantDecisionSignal, 'CONFIRMED');
    await order.sees('agent assigned');
    await order.handle.signal(deliveryStatusSignal, 'PICKED_UP');
    await order.handle.signal(deliveryStatusSignal, 'DELIVERED');

    expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
    const ignored = (await order.view()).timeline.filter(({ event }) => event.endsWith('ignored'));
    expect(ignored.map(({ detail }) => detail)).toEqual([
      'The restaurant has not confirmed the order yet.',
      'malformed input "MAYBE"',
      'malformed input {"status":"CONFIRMED"}',
    ]);
  });

  it('answers repeats as success and refuses what is illegal', async () => {
    const order = await given();
    await order.place();
    expect(await refusalOf(move(order, 'PICKED_UP'))).toBe('ILLEGAL_TRANSITION');
    await confirm(order);
    expect(await confirm(order)).toEqual(done);
    expect(await refusalOf(order.update(decideUpdate, { status: 'CANCELLED' }))).toBe('DECISION_NOT_ALLOWED');
    expect(await refusalOf(move(order, 'DELIVERED'))).toBe('ILLEGAL_TRANSITION');
    await move(order, 'PICKED_UP');
    expect(await move(order, 'PICKED_UP')).toEqual(done);
    expect(await refusalOf(order.update(cancelUpdate, {}))).toBe('CANCEL_TOO_LATE');
    await move(order, 'DELIVERED');
    expect(order.services.calls.filter((call) => call === 'changeDelivery PICKED_UP')).toHaveLength(1);
  });

  it('lets in a decision and a pick-up that come early, and carries them out in their turn', async () => {
    let release: () => void = () => undefined;
    const restaurantAnswers = new Promise<void>((resolve) => (release = resolve));
    const order = await given({
      createOrder: () => restaurantAnswers.then(() => ({ outcome: 'created', total: '1.00' })),
    });
    await until('the restaurant is asked durably', async () => (await order.durableCalls()).includes('createOrder'));
    const confirmed = confirm(order);
    await until('the decision is in', async () => (await acceptedUpdates(order)) >= 1);
    const pickedUp = move(order, 'PICKED_UP');
    await until('the pick-up is in', async () => (await acceptedUpdates(order)) >= 2);
    release();
    expect(await confirmed).toEqual(done);
    expect(await pickedUp).toEqual(done);
  });
});

const acceptedUpdates = async (order: OrderUnderTest): Promise<number> => {
  const { events } = await order.handle.fetchHistory();
  return (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
};

describe('an order that waits for an agent', () => {
  const queued: Partial<Activities> = { assignAgent: async () => ({ outcome: 'queued' }) };

  it('goes on when a signal names the agent', async () => {
    const order = await given(queued);
    await confirm(order);
    await order.sees('waiting for an agent');
    await order.handle.signal(agentAssignedSignal, agent);
    expect(await order.sees('agent assigned')).toMatchObject({ delivery: 'PENDING', agent });
  });

  it('asks again by itself when the signal was lost', async () => {
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

  it('asks again at once for a courier who knows better, and refuses one who does not', async () => {
    let free = false;
    const order = await given({
      assignAgent: async () => (free ? { outcome: 'assigned', ...agent, status: 'PENDING' } : { outcome: 'queued' }),
    });
    await confirm(order);
    await order.sees('waiting for an agent');
    expect(await move(order, 'PICKED_UP')).toMatchObject({ outcome: 'refused', code: 'NO_AGENT_YET' });
    free = true;
    expect(await move(order, 'PICKED_UP')).toEqual(done);
  });

  it('is cancelled and undone when none is found in time', async () => {
    const order = await given(queued, { courierLimitMs: 1_000 });
    await confirm(order);
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'no agent was found in time' });
    expect(undoCalls(order)).toEqual(['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });
});

const undoCalls = (order: { services: Stub }): string[] =>
  order.services.calls.filter((call) => call.endsWith('CANCELLED'));

describe('a limit that runs out', () => {
  it('cancels a placement that the restaurant side never answers', async () => {
    const order = await given({ createOrder: () => never() }, { placementLimitMs: 1_500 });
    expect(await order.place()).toMatchObject({ outcome: 'cancelled' });
    expect(await order.handle.result()).toMatchObject({
      outcome: 'CANCELLED',
      reason: 'the restaurant side did not answer in time',
    });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('cancels an order that the restaurant does not decide', async () => {
    const order = await given({}, { decisionLimitMs: 1_000 });
    expect(await order.handle.result()).toEqual({
      outcome: 'CANCELLED',
      reason: 'the restaurant did not decide in time',
    });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('cancels an order that is not picked up', async () => {
    const order = await given({}, { pickupLimitMs: 1_000 });
    await confirm(order);
    expect(await order.handle.result()).toMatchObject({ reason: 'the agent did not pick up in time' });
    expect(undoCalls(order)).toEqual(['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('only asks for attention after pick-up, and the order goes on', async () => {
    const order = await given({}, { deliveryAttentionMs: 500 });
    await confirm(order);
    await move(order, 'PICKED_UP');
    await order.sees('late: needs a person');
    expect(await order.attention()).toBe('DELIVERY_LATE');
    expect(await move(order, 'DELIVERED')).toEqual(done);
    expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
  });

  it('holds for its own stage alone', async () => {
    const order = await given({}, { decisionLimitMs: 2_000, courierLimitMs: 60_000 });
    await confirm(order);
    await order.sees('agent assigned');
    const { timeline } = await until('longer than the decision limit', async () => {
      const view = await order.view();
      return Date.now() - Date.parse(view.timeline[0]?.at ?? '') > 2_500 && view;
    });
    expect(timeline.at(-1)).toMatchObject({ event: 'agent assigned' });
    expect(await move(order, 'PICKED_UP')).toEqual(done);
  });
});

describe('an order that is called off', () => {
  it('is rejected where the restaurant side has not got what was ordered, and leaves nothing there to undo', async () => {
    const order = await given({ createOrder: async () => ({ outcome: 'rejected', reason: 'no soup today' }) });
    expect(await order.place()).toMatchObject({ outcome: 'rejected', reason: 'no soup today' });
    expect(await order.handle.result()).toEqual({ outcome: 'REJECTED', reason: 'no soup today' });
    expect(undoCalls(order)).toEqual(['recordProgress CANCELLED']);
  });

  it('is refused by the restaurant and undone', async () => {
    const order = await given();
    await order.place();
    expect(await order.update(decideUpdate, { status: 'CANCELLED', reason: 'kitchen on fire' })).toEqual(done);
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'kitchen on fire' });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it.each(['placed', 'confirmed'])(
    'is cancelled by the customer when %s, and the cancel answers when all is undone',
    async (when) => {
      const order = await given();
      await order.place();
      if (when === 'confirmed') await confirm(order);
      expect(await order.update(cancelUpdate, { reason: 'changed my mind' })).toEqual(done);
      expect(order.services.calls.at(-1)).toBe('recordProgress CANCELLED');
      expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'changed my mind' });
      expect(undoCalls(order)).toContain('changeOrder CANCELLED');
      expect(undoCalls(order).includes('changeDelivery CANCELLED')).toBe(when === 'confirmed');
    },
  );

  it('abandons a step that hangs when the customer cancels, and undoes it all the same', async () => {
    const order = await given({ createOrder: () => never() });
    await until('the restaurant is asked durably', async () => (await order.durableCalls()).includes('createOrder'));
    expect(await order.update(cancelUpdate, {})).toEqual(done);
    expect(await order.place()).toMatchObject({ outcome: 'cancelled' });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('is called off by its courier, also after pick-up', async () => {
    const order = await given();
    await confirm(order);
    await move(order, 'PICKED_UP');
    expect(await move(order, 'CANCELLED')).toEqual(done);
    expect(await order.handle.result()).toMatchObject({ outcome: 'CANCELLED', reason: 'cancelled by the courier' });
  });

  it('ends CANCELED after the undo when an operator cancels the workflow', async () => {
    const order = await given();
    await confirm(order);
    await order.sees('agent assigned');
    await order.handle.cancel();
    const err: unknown = await order.handle.result().catch((e: unknown) => e);
    expect(err instanceof WorkflowFailedError && err.cause instanceof CancelledFailure).toBe(true);
    expect(undoCalls(order)).toEqual(['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('shows an undo that keeps failing, and ends when it succeeds', async () => {
    let mended = false;
    const order = await given({
      changeOrder: async ({ status }) => {
        if (status === 'CANCELLED' && !mended) throw new Error('restaurant database is away');
        return { outcome: 'changed' };
      },
    });
    await order.place();
    const cancelled = order.update(cancelUpdate, {});
    await until('attention', async () => (await order.attention()) === 'UNDO_FAILING');
    mended = true;
    expect(await cancelled).toEqual(done);
    expect(await order.attention()).toBeUndefined();
  });

  it('fails loudly when an undo can never succeed, after the other undos', async () => {
    const order = await given({
      changeOrder: async () => {
        throw ApplicationFailure.nonRetryable('no such thing', 'MALFORMED_MESSAGE');
      },
    });
    await order.place();
    await order.update(cancelUpdate, {});
    const err: unknown = await order.handle.result().catch((e: unknown) => e);
    expect(err instanceof WorkflowFailedError && err.cause instanceof ApplicationFailure && err.cause.type).toBe(
      'UndoFailed',
    );
    expect(order.services.calls.at(-1)).toBe('recordProgress CANCELLED');
    expect(await order.attention()).toBe('UNDO_FAILING');
  });
});

describe('a service that is slow or away', () => {
  it('is called durably after a failed local attempt, for a while, and locally again after that', async () => {
    let failures = 1;
    const order = await given(
      {
        createOrder: async () => {
          if (failures-- > 0) throw new Error('away');
          return { outcome: 'created', total: '3.00' };
        },
      },
      { avoidLocalMs: 1_500 },
    );
    expect(await order.place()).toMatchObject({ outcome: 'placed', total: '3.00' });
    expect(await order.durableCalls()).toEqual(['createOrder']);
    await until('the service may be tried locally again', async () => {
      const fellBack = (await order.view()).timeline.find(({ event }) => event.startsWith('restaurant slow or away'));
      return fellBack && Date.now() - Date.parse(fellBack.at) > 2_000;
    });
    expect(await confirm(order)).toEqual(done);
    expect(await order.durableCalls()).toEqual(['createOrder']);
  });

  it('is not tried locally again at once', async () => {
    let failures = 1;
    const order = await given({
      createOrder: async () => {
        if (failures-- > 0) throw new Error('away');
        return { outcome: 'created', total: '3.00' };
      },
    });
    await order.place();
    await confirm(order);
    expect(await order.durableCalls()).toEqual(['createOrder', 'changeOrder']);
  });
});

describe('a placement that is repeated', () => {
  it('gets the first outcome, also after the order has ended', async () => {
    const order = await given({ createOrder: async () => ({ outcome: 'rejected', reason: 'no soup today' }) });
    const first = await order.place();
    await order.handle.result();
    expect(await order.place()).toEqual(first);
  });

  it('touches nothing when the order has left PENDING in a run that is gone', async () => {
    const order = await given({ recordOrder: async () => ({ outcome: 'settled', status: 'CONFIRMED' }) });
    expect(await order.place()).toMatchObject({ outcome: 'settled' });
    expect(await order.handle.result()).toMatchObject({ outcome: 'SETTLED' });
    expect(order.services.calls).toEqual(['recordOrder']);
  });
});

describe('an adopted order', () => {
  it('goes on from where it stands, and is undone like any other', async () => {
    const services = stubServices();
    const { taskQueue } = await stage.worker(services);
    const input = { ...anOrderInput({ pickupLimitMs: 1_000 }), stage: 'confirmed' as const };
    const handle = await stage.client.workflow.start(orderWorkflow, {
      workflowId: `order-${input.order.order_id}`,
      taskQueue,
      args: [input],
    });
    expect(await handle.result()).toMatchObject({ reason: 'the agent did not pick up in time' });
    expect(services.calls.filter((call) => !call.startsWith('recordProgress'))).toEqual([
      'assignAgent',
      'changeDelivery CANCELLED',
      'changeOrder CANCELLED',
    ]);
  });
});
