import type { OrderPolicy } from '../../contracts/workflow';
import type { Cache } from '../../lib/redis/cache';
import type { Temporal } from '../../lib/temporal/connection';
import type { Database } from '../../prisma/user/client';
import type { Services } from './services';

export interface UserDeps {
  db: Database;
  temporal: Temporal;
  cache: Cache;
  services: Services;
  policy: OrderPolicy;
}
