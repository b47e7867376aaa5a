import type { Database } from '../../prisma/restaurant/client';
import type { PlacementDeps } from '../placement';

export interface RestaurantDeps extends PlacementDeps {
  db: Database;
}
