import { bodyOf } from '../../platform/answer';
import type { Platform } from '../../platform/platform';
import { until } from '../../platform/until';
import type { Order } from '../people';
import { heading, paint, print, timeOfDay } from '../screen';

/** The order's timeline, and its rating if there is one. Waits for the event that ends it. */
export async function printTimeline(platform: Platform, { orderId }: Order, last: string): Promise<void> {
  const { timeline, rating } = await until(`"${last}" is in the timeline`, async () => {
    const page = bodyOf(await platform.order(orderId));
    return page.timeline?.some(({ event }) => event === last) && page;
  });
  heading(`The timeline of order ${orderId}`, 'UTC, and time since the placement');
  const line = (times: string, event: string, detail = '') =>
    print(`    ${times}  ${event}${detail && paint('dim', `  ${detail}`)}`);
  const entries = (timeline ?? []).map((entry) => ({ ...entry, at: new Date(entry.at) }));
  const start = entries[0]?.at.getTime() ?? 0;
  for (const { at, event, detail } of entries) {
    const since = `+${at.getTime() - start} ms`.padStart(10);
    line(`${timeOfDay(at)} ${paint('dim', since)}`, event, detail);
  }
  if (rating) line('later'.padEnd(23), 'rated', `order ${rating.order_rating}, agent ${rating.agent_rating}`);
}
