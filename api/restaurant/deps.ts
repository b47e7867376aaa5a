import type { OrderPolicy } from '../../contracts/policy';
import type { Temporal } from '../../lib/temporal/connection';
import type { Database } from '../../prisma/restaurant/client';

/** What the routes need. */
export interface RestaurantDeps {
  db: Database;
  temporal: Temporal;
  policy: OrderPolicy;
}
