import type { OrderPolicy } from '../../contracts/policy';
import type { Cache } from '../../lib/redis/cache';
import type { Temporal } from '../../lib/temporal/connection';
import type { Database } from '../../prisma/user/client';
import type { Services } from './services';

/** What the routes need. */
export interface UserDeps {
  db: Database;
  temporal: Temporal;
  cache: Cache;
  services: Services;
  policy: OrderPolicy;
}
