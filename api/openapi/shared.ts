/** Operations that more than one service has. */
import { alive, readiness } from '../../contracts/answers/common';
import { openRestaurants } from '../../contracts/answers/restaurants';
import { placement, placementHeld } from '../../contracts/answers/orders';
import { idempotencyKey, placeOrderBody } from '../../contracts/orders';
import { hourQuery, requiredHourQuery } from '../../contracts/restaurants';
import { z } from 'zod';
import { exampleIds, exampleRestaurant, exampleTimes } from './examples';
import { answer, body, type Operation, type Route } from './operation';

/** @param dependency One that the service has. */
export const health = (dependency: string): Operation[] => [
  {
    id: 'health',
    route: 'GET /health',
    tag: 'health',
    summary: 'Whether the process lives',
    access: 'anybody',
    answers: { 200: answer('It does.', alive, { Success: true, message: 'Good' }) },
  },
  {
    id: 'readiness',
    route: 'GET /health/ready',
    tag: 'health',
    summary: 'Which of its dependencies are there',
    access: 'anybody',
    answers: {
      200: answer('It can work.', readiness, {
        ready: true,
        draining: false,
        dependencies: { [dependency]: { ok: true, required: true, latency_ms: 2 } },
      }),
      503: answer('It cannot: something is away that it needs, or it is about to end.', readiness, {
        ready: false,
        draining: false,
        dependencies: { [dependency]: { ok: false, required: true, latency_ms: 1_000 } },
      }),
    },
  },
];

export const browse = (oldRoute: Route, description: string): Operation => ({
  id: 'browseRestaurants',
  route: 'GET /restaurants',
  tag: 'restaurants',
  summary: 'The restaurants that are open at an hour, with their menus',
  description: `${description} Hours are UTC; without one it is the present hour.`,
  access: 'anybody',
  query: hourQuery,
  answers: {
    200: answer('Who is ONLINE and open then, oldest first.', openRestaurants, {
      status: true,
      message: 'Restaurants open at 12:00 UTC',
      data: { count: 1, restaurant_data: [exampleRestaurant] },
    }),
  },
  refusals: { 400: 'An hour that is not from 0 to 23.' },
  old: { route: oldRoute, query: requiredHourQuery, description: `${description} Hours are UTC.` },
});

const placed = { order_id: exampleIds.order, status: 'PENDING' as const, placed_at: exampleTimes.placed };

export const placeOrder = (old?: { route: Route }): Operation => ({
  id: 'placeOrder',
  route: 'POST /orders',
  tag: 'orders',
  summary: 'Places an order',
  description:
    'Answered once the restaurant side has checked, priced and stored it. Repeated restaurants and items are merged, quantities added. A repeat under the same `Idempotency-Key` is the same order; with another body it is refused (422).',
  access: ['customer', 'operator', 'service'],
  headers: z.object({ 'Idempotency-Key': idempotencyKey.optional() }),
  body: body(placeOrderBody, {
    user_id: exampleIds.user,
    restaurants: [
      { restaurant_id: exampleIds.restaurant, items: [{ menu_item_id: exampleIds.menuItem, quantity: 2 }] },
    ],
  }),
  answers: {
    201: answer('Placed: the restaurants have to decide now.', placement, { ...placed, message: 'Order placed' }),
    202: answer(
      'Accepted, and certain to be placed or cancelled, but a part of the system is slow or away.',
      placementHeld,
      { success: true, ...placed, message: 'Order accepted; it has not been placed yet' },
      { location: true },
    ),
  },
  refusals: { 404: 'A restaurant or an item is unknown, or not available at this hour.' },
  ...(old && { old }),
});

export const acceptedExample = {
  success: true as const,
  status: 'ACCEPTED' as const,
  message: 'Accepted. It is not done yet because a part of the system is slow or away; it will be.',
};
