import type { OpenRestaurants } from '../../contracts/answers/restaurants';
import type { Database } from '../../prisma/restaurant/client';
import { listOpenRestaurants } from '../../prisma/restaurant/restaurants';
import { withStatus } from '../answers';

/** Browsing needs no token, so its cost must not grow with its callers. Longer would show menus that another process has changed. */
const sharedMs = 2_000;

export type Browsing = ReturnType<typeof createBrowsing>;

/** The restaurants that are open at an hour, as the text of the answer: read and written once for all callers of two seconds. */
export function createBrowsing(db: Database) {
  const answers = new Map<number, { at: number; text: Promise<string> }>();
  const read = async (hour: number): Promise<string> => {
    const restaurants = await listOpenRestaurants(db, hour);
    const message = `Restaurants open at ${String(hour).padStart(2, '0')}:00 UTC`;
    const answer: OpenRestaurants = withStatus(message, {
      count: restaurants.length,
      restaurant_data: restaurants,
    });
    return JSON.stringify(answer);
  };
  return {
    /** Rejects when the database cannot be read; the next caller tries again. */
    openAt(hour: number): Promise<string> {
      const now = performance.now();
      const last = answers.get(hour);
      if (last && now - last.at < sharedMs) return last.text;
      const answer = { at: now, text: read(hour) };
      answers.set(hour, answer);
      answer.text.catch(() => answers.get(hour) === answer && answers.delete(hour));
      return answer.text;
    },
    /** Who has changed a restaurant sees it at once. A change by another process shows within two seconds. */
    changed: (): void => answers.clear(),
  };
}
