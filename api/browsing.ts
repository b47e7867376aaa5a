import { openRestaurants } from '../contracts/answers/restaurants';
import { hourQuery, requiredHourQuery } from '../contracts/restaurants';
import { withStatus } from './answers';
import { refuse } from './http/refusals';
import { answer, route } from './http/route';
import { exampleRestaurant } from './openapi/examples';

interface BrowseRoute<Deps> {
  oldPath: `/${string}`;
  description: string;
  /** The answer's JSON text. */
  browse: (deps: Deps, hour: number) => Promise<string>;
}

/** `GET /restaurants`, the same at each service that shows them. */
export const browseRoute = <Deps>({ oldPath, description, browse }: BrowseRoute<Deps>) =>
  route({
    method: 'GET',
    path: '/restaurants',
    oldName: { path: oldPath, query: requiredHourQuery },
    id: 'browseRestaurants',
    summary: 'Lists the restaurants that are open at an hour, with their menus',
    description: `${description} The hour is UTC, by default the present one.`,
    roles: 'anybody',
    query: hourQuery,
    answers: {
      200: answer(
        'The restaurants that are ONLINE and open then, oldest first.',
        openRestaurants,
        withStatus('Restaurants open at 12:00 UTC', { count: 1, restaurant_data: [exampleRestaurant] }),
      ),
    },
    refusals: { BAD_HOUR: 'The hour is not from 0 to 23.' },
    async handle(deps: Deps, { query: { hour = new Date().getUTCHours() } }) {
      if (hour < 0 || hour > 23) return refuse('BAD_HOUR', 'hour must be from 0 to 23');
      return { status: 200, body: await browse(deps, hour), headers: {} };
    },
  });
