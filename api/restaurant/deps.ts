import type { OrderPolicy } from '../../contracts/workflow';
import type { Temporal } from '../../lib/temporal/connection';
import type { Database } from '../../prisma/restaurant/client';

export interface RestaurantDeps {
  db: Database;
  temporal: Temporal;
  policy: OrderPolicy;
}
