import { allHandlersFinished, condition, log, setHandler } from '@temporalio/workflow';
import { policyOf, type InputPolicy } from '../../contracts/policy';
import type { RatingInput, RatingOutcome } from '../../contracts/workflow';
import { createCalls } from '../calls';
import { rateUpdate } from '../messages';

/**
 * One rating: stored once, then published, however long the broker is unavailable, to the services that average it. Answers as soon as
 * it is stored. Another rating of the same order in the meantime is a duplicate.
 */
export async function ratingWorkflow(input: RatingInput, policy: InputPolicy = {}): Promise<RatingOutcome> {
  const { call } = createCalls(policyOf(policy), () => undefined);
  const storing = call('storeRating', input);
  setHandler(rateUpdate, async (rating) => {
    const outcome = await storing;
    const isOther = rating.rating_id !== input.rating_id;
    return outcome.outcome === 'stored' && isOther ? { outcome: 'duplicate' } : outcome;
  });

  const { order_id, order_rating, agent_rating } = input;
  const outcome = await storing;
  if (outcome.outcome === 'stored') {
    await call('publishRating', { order_id, order_rating, agent_rating });
    log.info('rating published', { event: 'rating-published' });
  }
  await condition(allHandlersFinished);
  return outcome;
}
