import type { Database } from '../../prisma/restaurant/client';
import type { StreamDeps } from '../http/streams';
import type { PlacementDeps } from '../placement';
import type { Browsing } from './browsing';

export interface RestaurantDeps extends PlacementDeps, StreamDeps {
  db: Database;
  browsing: Browsing;
}
