import { bodyOf } from '../../platform/answer';
import type { Platform } from '../../platform/platform';
import { until } from '../../platform/until';
import type { Order } from '../people';
import { dim, heading, print, timeOfDay } from '../screen';

/** The order's timeline, and its rating if there is one. Waits for the event that ends it. */
export async function printTimeline(platform: Platform, { orderId }: Order, last: string): Promise<void> {
  const page = await until(`"${last}" is in the timeline`, async () => {
    const latest = bodyOf(await platform.order(orderId));
    return latest.timeline?.some(({ event }) => event === last) && latest;
  });
  heading(`The timeline of order ${orderId}`, 'UTC, and time since the placement');
  const { timeline, rating, placed_at } = page;
  for (const { at, event, detail } of timeline ?? []) {
    const since = dim(`+${Date.parse(at) - Date.parse(placed_at)} ms`.padStart(10));
    print(`    ${timeOfDay(new Date(at))} ${since}  ${event}${detail ? dim(`  ${detail}`) : ''}`);
  }
  if (rating)
    print(`    ${'later'.padEnd(23)}  rated${dim(`  order ${rating.order_rating}, agent ${rating.agent_rating}`)}`);
}
