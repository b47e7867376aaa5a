import type { Cache } from '../../lib/redis/cache';
import type { Database } from '../../prisma/user/client';
import type { StreamDeps } from '../http/streams';
import type { PlacementDeps } from '../placement';
import type { Services } from './services';

export interface UserDeps extends PlacementDeps, StreamDeps {
  db: Database;
  cache: Cache;
  services: Services;
}
