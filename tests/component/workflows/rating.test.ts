/** The rating workflow on the real server, with stub services. */
import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import { ratingWorkflowId } from '../../../contracts/names';
import type { RatingInput, RatingOutcome } from '../../../contracts/workflow';
import { ratingWorkflow } from '../../../workflows';
import type { Activities } from '../../../activities';
import { rateUpdate } from '../../../workflows/messages';
import { aGate } from '../../fixtures/gate';
import { until } from '../../fixtures/until';
import { openWorkflowStage, stubServices, type Stub, type WorkflowStage } from '../../fixtures/workflows';

let stage: WorkflowStage;
beforeAll(async () => {
  stage = await openWorkflowStage();
});
afterAll(() => stage.close());

const aRating = (override: Partial<RatingInput> = {}): RatingInput => ({
  rating_id: randomUUID(),
  user_id: randomUUID(),
  order_id: randomUUID(),
  order_rating: 5,
  agent_rating: 4.5,
  ...override,
});

interface RatingsUnderTest {
  services: Stub;
  /** Rates as the API does, by update-with-start; resolves with the answer. */
  rate(rating: RatingInput): Promise<RatingOutcome>;
  run(rating: RatingInput): WorkflowHandle<typeof ratingWorkflow>;
  durableCalls(rating: RatingInput): Promise<string[]>;
}

async function given(override: Partial<Activities> = {}): Promise<RatingsUnderTest> {
  const services = stubServices(override);
  const { taskQueue } = await stage.worker(services);
  const run = ({ order_id }: RatingInput) =>
    stage.client.workflow.getHandle<typeof ratingWorkflow>(ratingWorkflowId(order_id));
  return {
    services,
    run,
    rate: (rating) =>
      stage.client.workflow.executeUpdateWithStart(rateUpdate, {
        updateId: rating.rating_id,
        args: [rating],
        startWorkflowOperation: new WithStartWorkflowOperation(ratingWorkflow, {
          workflowId: ratingWorkflowId(rating.order_id),
          taskQueue,
          args: [rating],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        }),
      }),
    async durableCalls(rating) {
      const { events } = await run(rating).fetchHistory();
      return (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
    },
  };
}

test('a rating is stored, then published, in local activities only', async () => {
  const published: unknown[] = [];
  const ratings = await given({ publishRating: async (message) => void published.push(message) });
  const rating = aRating();
  expect(await ratings.rate(rating)).toMatchObject({ outcome: 'stored', id: rating.rating_id });
  expect(await ratings.run(rating).result()).toMatchObject({ outcome: 'stored' });
  expect(ratings.services.calls).toEqual(['storeRating', 'publishRating']);
  const { order_id, order_rating, agent_rating } = rating;
  expect(published).toEqual([{ order_id, order_rating, agent_rating }]);
  expect(await ratings.durableCalls(rating)).toEqual([]);
});

test.each<RatingOutcome>([{ outcome: 'unknown_order' }, { outcome: 'not_delivered' }, { outcome: 'duplicate' }])(
  'a rating that is refused ($outcome) is answered with the reason and not published',
  async (refusal) => {
    const ratings = await given({ storeRating: async () => refusal });
    const rating = aRating();
    expect(await ratings.rate(rating)).toEqual(refusal);
    expect(await ratings.run(rating).result()).toEqual(refusal);
    expect(ratings.services.calls).toEqual(['storeRating']);
  },
);

test('a refused rating does not block a later one', async () => {
  let delivered = false;
  const ratings = await given({
    storeRating: async ({ rating_id }) =>
      delivered ? { outcome: 'stored', id: rating_id, user_order_id: randomUUID() } : { outcome: 'not_delivered' },
  });
  const order_id = randomUUID();
  expect(await ratings.rate(aRating({ order_id }))).toEqual({ outcome: 'not_delivered' });
  await ratings.run(aRating({ order_id })).result();
  delivered = true;
  expect(await ratings.rate(aRating({ order_id }))).toMatchObject({ outcome: 'stored' });
});

describe('while the broker is unavailable', () => {
  test('a rating is answered as stored, and published durably once the broker is back', async () => {
    let unavailable = true;
    const published: unknown[] = [];
    const ratings = await given({
      publishRating: async (message) => {
        if (unavailable) throw new Error('not connected to the broker');
        published.push(message);
      },
    });
    const rating = aRating();
    expect(await ratings.rate(rating)).toMatchObject({ outcome: 'stored' });
    await until('the durable attempt', async () => (await ratings.durableCalls(rating)).includes('publishRating'));
    expect(published).toEqual([]);
    unavailable = false;
    expect(await ratings.run(rating).result()).toMatchObject({ outcome: 'stored' });
    expect(published).toHaveLength(1);
    expect(ratings.services.calls.filter((call) => call === 'storeRating')).toHaveLength(1);
  });

  test('another rating of the same order is a duplicate, and the same one again gets its first answer', async () => {
    const broker = aGate();
    const ratings = await given({ publishRating: () => broker.promise });
    const rating = aRating();
    const stored = await ratings.rate(rating);
    expect(await ratings.rate(aRating({ order_id: rating.order_id }))).toEqual({ outcome: 'duplicate' });
    expect(await ratings.rate(rating)).toEqual(stored);
    broker.open();
    await ratings.run(rating).result();
    expect(ratings.services.calls.filter((call) => call === 'storeRating')).toHaveLength(1);
  });
});

test('a rating waits while the database is unavailable, and is then stored durably once', async () => {
  let failures = 1;
  const ratings = await given({
    storeRating: async ({ rating_id }) => {
      if (failures-- > 0) throw new Error('database unavailable');
      return { outcome: 'stored', id: rating_id, user_order_id: randomUUID() };
    },
  });
  const rating = aRating();
  expect(await ratings.rate(rating)).toMatchObject({ outcome: 'stored', id: rating.rating_id });
  expect(await ratings.durableCalls(rating)).toEqual(['storeRating']);
  await ratings.run(rating).result();
});
