import { ratingsExchange } from '../contracts/names';
import type { RatingMessage } from '../contracts/messages';
import type { RatingInput, RatingOutcome } from '../contracts/workflow';
import { toExchange } from '../lib/broker/destination';
import type { Broker } from '../lib/broker/broker';
import { guarded } from './faults';

export interface RatingRecords {
  /** Stores a rating once for each order. Idempotent by the rating's id. */
  store(rating: RatingInput): Promise<RatingOutcome>;
}

/** All idempotent; the consumers of a published rating count it once however often it comes. */
export interface RatingActivities {
  storeRating(rating: RatingInput): Promise<RatingOutcome>;
  publishRating(rating: RatingMessage): Promise<void>;
}

export const createRatingActivities = (deps: { broker: Broker; ratings: RatingRecords }): RatingActivities => ({
  storeRating: (rating) => guarded(() => deps.ratings.store(rating)),
  publishRating: (rating) => guarded(() => deps.broker.publish(toExchange(ratingsExchange), rating)),
});
