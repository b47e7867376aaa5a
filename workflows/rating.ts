import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { RatingInput, RatingOutcome } from '../contracts/workflow';
import { createCall } from './calls';
import { rateUpdate } from './messages';

/** Two steps only: one that failed locally stays durable. */
const avoidLocalMs = 30_000;

/**
 * One rating: stored once, then published to the services that average it, whenever the broker can take it.
 * Answers as soon as it is stored. Another rating of the same order meanwhile is a duplicate.
 */
export async function ratingWorkflow(input: RatingInput): Promise<RatingOutcome> {
  const call = createCall(avoidLocalMs, () => undefined);
  let stored: RatingOutcome | undefined;
  setHandler(rateUpdate, async (rating) => {
    await condition(() => stored !== undefined);
    if (stored?.outcome === 'stored' && rating.rating_id !== input.rating_id) return { outcome: 'duplicate' };
    return stored ?? { outcome: 'duplicate' };
  });

  const { order_id, order_rating, agent_rating } = input;
  stored = await call('storeRating', input);
  if (stored.outcome === 'stored') await call('publishRating', { order_id, order_rating, agent_rating });
  await condition(allHandlersFinished);
  return stored;
}
