/** The feeds of events (docs/events.md). */
import { z } from 'zod';

export const feeds = {
  /** How long a feed keeps its events, in days. */
  FEED_DAYS: z.coerce.number().int().min(1).max(3_650).default(14),
};
export type FeedConfig = z.infer<z.ZodObject<typeof feeds>>;
