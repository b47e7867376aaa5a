import type { Database } from '../../prisma/restaurant/client';
import type { PlacementDeps } from '../placement';
import type { Browsing } from './browsing';

export interface RestaurantDeps extends PlacementDeps {
  db: Database;
  browsing: Browsing;
}
