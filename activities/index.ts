import { createCombinedActivities } from './combined';
import { createDeliveryActivities } from './delivery';
import { createOrderActivities, type OrderRecords } from './orders';
import { createRatingActivities, type RatingRecords } from './ratings';
import type { RequestDeps } from './request';

export interface ActivityDeps extends RequestDeps {
  records: OrderRecords;
  ratings: RatingRecords;
}

/** All activities of the order worker. */
export const createActivities = (deps: ActivityDeps) => ({
  ...createOrderActivities(deps),
  ...createDeliveryActivities(deps),
  ...createRatingActivities(deps),
  ...createCombinedActivities(deps),
});

export type Activities = ReturnType<typeof createActivities>;
