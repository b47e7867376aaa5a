import { ratingsExchange } from '../contracts/names';
import type { RatingMessage } from '../contracts/messages';
import type { RatingInput, RatingOutcome } from '../contracts/workflow';
import { toExchange } from '../lib/broker/message';
import type { Broker } from '../lib/broker/broker';
import { guarded } from './request';

export interface RatingRecords {
  /** Stores a rating once for each order. Idempotent by the rating's id. */
  store(rating: RatingInput): Promise<RatingOutcome>;
}

/** All idempotent; consumers of a published rating count it once, however often it arrives. */
export const createRatingActivities = (deps: { broker: Broker; ratings: RatingRecords }) => ({
  storeRating: (rating: RatingInput) => guarded(() => deps.ratings.store(rating)),
  publishRating: (rating: RatingMessage) => guarded(() => deps.broker.publish(toExchange(ratingsExchange), rating)),
});
