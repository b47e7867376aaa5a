/**
 * A limit expires while an accepted step is being written, and the workflow learns of both in one task, as after a worker was busy or
 * down.
 */
import { CompleteAsyncError, Context } from '@temporalio/activity';
import type { OrderPolicy } from '../../../contracts/policy';
import type { Activities } from '../../../activities';
import { declineUpdate } from '../../../workflows/messages';
import { confirm, done, move } from '../../fixtures/order-stage';
import { anOrderInput } from '../../fixtures/orders';
import { until } from '../../fixtures/until';
import {
  openWorkflowStage,
  startOrder,
  stubServices,
  type OrderUnderTest,
  type WorkflowStage,
} from '../../fixtures/workflows';
import { startWorkerOn } from '../../replay/fixtures/workers';

let stage: WorkflowStage;
beforeAll(async () => {
  stage = await openWorkflowStage();
});
afterAll(() => stage.close());

/** Longer than a worker takes to stop. */
const limitMs = 8_000;

/** The step's local attempt fails; the test answers the durable one. */
const answeredByHand = async (): Promise<never> => {
  if (Context.current().info.isLocal) throw new Error('busy');
  throw new CompleteAsyncError();
};

interface Step {
  activity: 'changeOrder' | 'changeDelivery';
  status: string;
  policy: Partial<OrderPolicy>;
  /** Of the activity that makes the call. */
  reply: object;
  /** Brings the order to the step. */
  before: (order: OrderUnderTest) => Promise<unknown>;
  send: (order: OrderUnderTest) => Promise<unknown>;
  /** Brings the order on to its delivery. */
  after: (order: OrderUnderTest) => Promise<unknown>;
}

const pickUp = (order: OrderUnderTest) => move(order, 'PICKED_UP');

const steps: [string, Step][] = [
  [
    'a decision',
    {
      ...{ activity: 'changeOrder', status: 'CONFIRMED', policy: { decisionLimitMs: limitMs } },
      reply: { written: { outcome: 'changed' } },
      before: (order) => order.place(),
      send: confirm,
      after: pickUp,
    },
  ],
  [
    'a pick-up',
    {
      ...{ activity: 'changeDelivery', status: 'PICKED_UP', policy: { pickupLimitMs: limitMs } },
      reply: { outcome: 'changed' },
      before: (order) => confirm(order).then(() => order.sees('agent assigned')),
      send: pickUp,
      after: () => Promise.resolve(),
    },
  ],
  [
    'a hand-back',
    {
      ...{ activity: 'changeDelivery', status: 'DECLINED', policy: { pickupLimitMs: limitMs } },
      reply: { outcome: 'changed' },
      before: (order) => confirm(order).then(() => order.sees('agent assigned')),
      send: (order) => order.update(declineUpdate, {}),
      after: async (order) => {
        await order.sees('handed back');
        await until('another agent is assigned', async () => (await order.view()).agent !== null);
        await pickUp(order);
      },
    },
  ],
];

test.each(steps)('%s that was accepted counts, even if its limit has expired when it is done', async (_what, step) => {
  const { activity, status, policy, reply, before, send, after } = step;
  const services: Partial<Activities> = {
    [activity]: async (change: { status: string }) =>
      change.status === status ? answeredByHand() : { outcome: 'changed' },
  };
  const worker = await stage.worker(stubServices(services));
  const input = anOrderInput({ ...policy, attemptMs: 60_000 });
  const order = await startOrder(stage.client, worker.taskQueue, input);
  await before(order);
  const sent = send(order);
  const activityId = await until('the durable attempt is running', async () => {
    const { raw } = await order.handle.describe();
    return raw.pendingActivities?.[0]?.activityId ?? undefined;
  });
  await worker.stop();

  const { workflowId } = order.handle;
  await stage.client.activity.complete({ workflowId, activityId }, reply);
  const since = await until('the limit has expired', async () => {
    const { events } = await order.handle.fetchHistory();
    const answered = events?.findIndex((event) => event.activityTaskCompletedEventAttributes) ?? -1;
    const sinceThen = events?.slice(answered) ?? [];
    return answered >= 0 && sinceThen.some((event) => event.timerFiredEventAttributes) && sinceThen;
  });
  expect(since.filter((event) => event.workflowTaskCompletedEventAttributes)).toEqual([]); // both arrive in one task
  const successor = await startWorkerOn(worker.taskQueue, stubServices());
  try {
    expect(await sent).toEqual(done);
    await after(order);
    expect(await move(order, 'DELIVERED')).toEqual(done);
    expect(await order.handle.result()).toEqual({ outcome: 'DELIVERED', reason: null });
  } finally {
    await successor.stop();
  }
});
