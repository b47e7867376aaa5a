import { accepted } from '../../contracts/answers/common';
import { agentAsked, decided, orderGroups } from '../../contracts/answers/orders';
import { restaurantAdded, restaurantChanged, restaurantFound } from '../../contracts/answers/restaurants';
import { askAgentOldQuery, decisionBody, decisionOldQuery, ordersQuery } from '../../contracts/orders';
import { addRestaurantBody, changeRestaurantBody } from '../../contracts/restaurants';
import { openApiDocument } from '../openapi/document';
import { exampleIds, exampleOrderGroup, exampleRestaurant } from '../openapi/examples';
import { answer, body, type Operation } from '../openapi/operation';
import { acceptedExample, browse, health, placeOrder } from '../openapi/shared';

const show: Operation = {
  id: 'getRestaurant',
  route: 'GET /restaurants/:id',
  tag: 'restaurants',
  summary: 'One restaurant with its menu, open or not',
  access: 'anybody',
  answers: {
    200: answer('The restaurant.', restaurantFound, {
      status: true,
      message: 'Restaurant found',
      data: exampleRestaurant,
    }),
  },
};

const add: Operation = {
  id: 'addRestaurant',
  route: 'POST /restaurants',
  tag: 'restaurants',
  summary: 'Takes in a restaurant with its menu',
  description: 'Times are UTC and not equal; a closing time before the opening time is on the next day.',
  access: ['operator'],
  body: body(addRestaurantBody, {
    name: 'Spice Garden',
    description: 'From the clay oven',
    opening_time: '00:00',
    closing_time: '23:59',
    menu: [{ name: 'Paneer Tikka', price: 8.5, type: 'VEG' }],
  }),
  answers: {
    201: answer('It is there, ONLINE.', restaurantAdded, {
      status: true,
      message: 'Restaurant added',
      data: { restaurant_id: exampleIds.restaurant, menu_ids: [exampleIds.menuItem] },
    }),
  },
  old: { route: 'POST /add-restaurant' },
};

const change: Operation = {
  id: 'changeRestaurant',
  route: 'PATCH /restaurants/:id',
  tag: 'restaurants',
  summary: 'Changes a restaurant and its menu',
  description:
    'All of it or nothing. A menu entry with an `id` changes that item, with `id` and `delete: true` takes it off the menu, without `id` adds one.',
  access: ['restaurant', 'operator'],
  body: body(changeRestaurantBody, {
    closing_time: '22:00',
    menu: [
      { id: exampleIds.menuItem, price: 9 },
      { name: 'Mango lassi', price: 3.5, type: 'VEG' },
    ],
  }),
  answers: { 200: answer('Changed.', restaurantChanged, { status: true, message: 'Restaurant changed' }) },
  refusals: { 404: 'The restaurant is unknown, or an item is not on its menu.' },
  old: { route: 'PATCH /update-restaurants/:id' },
};

const list: Operation = {
  id: 'listOrders',
  route: 'GET /orders',
  tag: 'orders',
  summary: 'Orders with their items, newest first',
  description: 'Customers and restaurants see their own alone; a restaurant sees its own part of an order.',
  access: ['customer', 'restaurant', 'operator', 'service'],
  query: ordersQuery,
  answers: {
    200: answer('A page of them.', orderGroups, {
      status: true,
      message: 'Orders, newest first',
      data: [exampleOrderGroup],
      next_cursor: null,
    }),
  },
  refusals: { 404: 'None matches.' },
};

const decide: Operation = {
  id: 'decideOrder',
  route: 'POST /orders/:order_id/decision',
  tag: 'orders',
  summary: 'Confirms or cancels an order, or one restaurant’s part of it',
  description: 'While PENDING; CANCELLED with a reason also while CONFIRMED and not picked up.',
  access: ['restaurant', 'operator'],
  body: body(decisionBody, { status: 'CONFIRMED' }),
  answers: {
    200: answer('Decided.', decided, { status: true, message: 'The order is CONFIRMED', data: exampleOrderGroup }),
    202: answer('It will be: a part of the system is slow or away.', accepted, acceptedExample),
  },
  refusals: {
    400: 'Not allowed any more.',
    404: "Unknown, or another restaurant's.",
  },
  old: { route: 'POST /change-order-status', query: decisionOldQuery },
};

const askAgent: Operation = {
  id: 'askForAgent',
  route: 'POST /orders/:order_id/agent',
  tag: 'orders',
  summary: 'Asks again for an agent, for a confirmed order that has none',
  access: ['restaurant', 'operator'],
  answers: {
    200: answer('One has been asked for.', agentAsked, {
      status: true,
      message: 'An agent has been asked for',
      data: { order_id: exampleIds.order },
    }),
    202: answer('One will be.', accepted, acceptedExample),
  },
  refusals: {
    400: 'The order is not confirmed.',
    404: 'Unknown, or it has its agent.',
    409: 'Its workflow has ended before its time; an operator has to repair it.',
  },
  old: { route: 'POST /assign-agent', query: askAgentOldQuery },
};

/** The restaurant service's HTTP interface, described. */
export const restaurantDocument = () =>
  openApiDocument({
    title: 'Restaurant service',
    description: 'For restaurants: their menus, the orders that have come in, and what they decide of them.',
    tags: {
      restaurants: 'The restaurants and their menus',
      orders: 'The orders, and what is decided of them',
      health: 'Whether the process lives and can work',
    },
    exampleId: exampleIds.restaurant,
    operations: [
      ...health('postgresql'),
      browse('GET /restaurants/available', 'Straight from the database.'),
      show,
      add,
      change,
      list,
      placeOrder(),
      decide,
      askAgent,
    ],
  });
