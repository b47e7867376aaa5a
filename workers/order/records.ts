import type { OrderRecords } from '../../activities/orders';
import type { RatingRecords } from '../../activities/ratings';
import type { Database } from '../../prisma/user/client';
import { recordOrder, recordProgress } from '../../prisma/user/orders';
import { storeRating } from '../../prisma/user/ratings';

/** Implements the activities' records in the user service's database. */
export const createRecords = (db: Database): { records: OrderRecords; ratings: RatingRecords } => ({
  records: {
    record: (order, bodyHash) => recordOrder(db, order, bodyHash),
    progress: (progress) => recordProgress(db, progress),
  },
  ratings: { store: (rating) => storeRating(db, rating) },
});
