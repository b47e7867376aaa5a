import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import { defaultOrderPolicy, type CallPolicy, type RatingInput, type RatingOutcome } from '../contracts/workflow';
import { createCalls } from './calls';
import { logEvent } from './log-event';
import { rateUpdate } from './messages';

/** For ratings of version 0.1, which came without. */
const usualPolicy: CallPolicy = { avoidLocalMs: defaultOrderPolicy.avoidLocalMs };

/**
 * One rating: stored once, then published to the services that average it, whenever the broker can take it.
 * Answers as soon as it is stored. Another rating of the same order meanwhile is a duplicate.
 */
export async function ratingWorkflow(input: RatingInput, policy = usualPolicy): Promise<RatingOutcome> {
  const { call } = createCalls(policy, () => undefined);
  const storing = call('storeRating', input);
  setHandler(rateUpdate, async (rating) => {
    const outcome = await storing;
    const another = rating.rating_id !== input.rating_id;
    return outcome.outcome === 'stored' && another ? { outcome: 'duplicate' } : outcome;
  });

  const { order_id, order_rating, agent_rating } = input;
  const outcome = await storing;
  if (outcome.outcome === 'stored') {
    await call('publishRating', { order_id, order_rating, agent_rating });
    logEvent('info', 'a rating is published', { event: 'rating-published' });
  }
  await condition(allHandlersFinished);
  return outcome;
}
