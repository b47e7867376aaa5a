import { findRestaurant } from '../../prisma/restaurant/restaurants';
import { feedStream } from '../feeds';
import { refuse } from '../http/refusals';
import { eventStream, route } from '../http/route';
import { streamQuery, streamTokenRoute } from '../http/streams';
import { exampleIds, exampleStream } from '../openapi/examples';
import type { RestaurantDeps } from './deps';

const unknownRestaurant = 'Restaurant not found';

const restaurantStream = route({
  method: 'GET',
  path: '/restaurants/:id/events',
  id: 'streamRestaurant',
  summary: 'Streams what happens to the orders of one restaurant, from now on',
  description:
    'Server-Sent Events. A new order begins with `priced`. Without a `Last-Event-ID` the stream begins with the next event.',
  roles: ['restaurant'],
  params: { id: { unknown: unknownRestaurant, example: exampleIds.restaurant } },
  query: streamQuery,
  answers: eventStream('The events.', exampleStream),
  refusals: {
    NOT_FOUND: "Unknown, or another account's.",
    GONE: 'The `Last-Event-ID` is none of this stream, or too old.',
  },
  async handle({ db }: RestaurantDeps, { params: { id }, caller, lastEventId }) {
    const isOwn = caller.role !== 'restaurant' || caller.restaurant_ids.includes(id);
    if (!isOwn || !(await findRestaurant(db, id))) return refuse('NOT_FOUND', unknownRestaurant);
    return feedStream(db, id, lastEventId);
  },
});

const streamToken = streamTokenRoute<RestaurantDeps>(
  /^\/restaurants\/[0-9a-f-]{36}\/events$/,
  `/restaurants/${exampleIds.restaurant}/events`,
);

export const eventRoutes = [restaurantStream, streamToken];
