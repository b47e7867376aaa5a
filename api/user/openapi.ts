import { accepted } from '../../contracts/answers/common';
import { orderCancelled, orderHistory, orderPage, ratingStored } from '../../contracts/answers/orders';
import { cancelBody, historyQuery } from '../../contracts/orders';
import { rateOrderBody } from '../../contracts/ratings';
import { openApiDocument } from '../openapi/document';
import { exampleIds, exampleOrderGroup, exampleTimes } from '../openapi/examples';
import { answer, body, type Operation } from '../openapi/operation';
import { acceptedExample, browse, health, placeOrder } from '../openapi/shared';

const showOrder: Operation = {
  id: 'getOrder',
  route: 'GET /orders/:order_id',
  tag: 'orders',
  summary: 'Everything about one order, its timeline too',
  description: 'A part whose service is away is null, and named in `unavailable`.',
  access: ['customer', 'operator', 'service'],
  answers: {
    200: answer('The order.', orderPage, {
      order_id: exampleIds.order,
      user_id: exampleIds.user,
      placed_at: exampleTimes.placed,
      status: 'CONFIRMED',
      delivery: { status: 'DELIVERED' },
      agent: { agent_id: exampleIds.agent, name: 'Asha' },
      total: 17,
      restaurants: exampleOrderGroup.orders,
      rating: { order_rating: 5, agent_rating: 4 },
      timeline: [
        { at: exampleTimes.placed, event: 'placed' },
        { at: exampleTimes.confirmed, event: 'confirmed by the restaurant' },
        { at: exampleTimes.assigned, event: 'agent assigned', detail: 'Asha' },
        { at: exampleTimes.pickedUp, event: 'picked up' },
        { at: exampleTimes.delivered, event: 'delivered' },
      ],
      reason: null,
    }),
  },
  refusals: { 404: "Unknown, or another customer's." },
};

const history: Operation = {
  id: 'listOrdersOfUser',
  route: 'GET /users/:user_id/orders',
  tag: 'orders',
  summary: "A customer's orders, newest first",
  access: ['customer', 'operator', 'service'],
  query: historyQuery,
  answers: {
    200: answer('A page of them.', orderHistory, {
      success: true,
      message: 'Orders, newest first',
      data: {
        count: 1,
        orders: [
          {
            order_id: exampleIds.order,
            placed_at: exampleTimes.placed,
            status: 'CONFIRMED',
            delivered: true,
            total: 17,
            reason: null,
            rating: null,
          },
        ],
        next_cursor: null,
      },
    }),
  },
};

const cancel: Operation = {
  id: 'cancelOrder',
  route: 'POST /orders/:order_id/cancel',
  tag: 'orders',
  summary: 'Cancels an order before pick-up',
  description: 'Answered when everything is undone. An order that is cancelled already is answered the same way.',
  access: ['customer', 'operator'],
  body: body(cancelBody, { reason: 'Changed my mind' }, true),
  answers: {
    200: answer('It is cancelled.', orderCancelled, {
      success: true,
      message: 'Order cancelled',
      data: { order_id: exampleIds.order, status: 'CANCELLED' },
    }),
    202: answer('It will be: a part of the system is slow or away.', accepted, acceptedExample),
  },
  refusals: { 404: "Unknown, or another customer's.", 409: 'The food is on its way, or was delivered.' },
};

const rate: Operation = {
  id: 'rateOrder',
  route: 'POST /ratings',
  tag: 'ratings',
  summary: 'Rates a delivered order and its courier, once',
  access: ['customer', 'operator'],
  body: body(rateOrderBody, {
    user_id: exampleIds.user,
    order_id: exampleIds.order,
    order_rating: 5,
    agent_rating: 4,
  }),
  answers: {
    201: answer('It is stored, and certain to be counted.', ratingStored, {
      success: true,
      message: 'Rating stored',
      data: { id: exampleIds.rating, user_order_id: exampleIds.userOrder, order_rating: 5, agent_rating: 4 },
    }),
    202: answer('It will be stored: a part of the system is slow or away.', accepted, acceptedExample),
  },
  refusals: { 400: 'The order is unknown, not delivered yet, or rated already.' },
  old: { route: 'POST /dilvery-agent-rating' },
};

/** The user service's HTTP interface, described. */
export const userDocument = () =>
  openApiDocument({
    title: 'User service',
    description: 'For customers: who is open, placing orders, following, cancelling and rating them.',
    tags: {
      restaurants: 'Who is open',
      orders: 'Placing, following and cancelling',
      ratings: 'What they thought of it',
      health: 'Whether the process lives and can work',
    },
    exampleId: exampleIds.order,
    operations: [
      ...health('temporal'),
      browse('GET /get-available-restaurants', "In the restaurant service's own body, kept for up to 15 s."),
      placeOrder({ route: 'POST /place-order' }),
      showOrder,
      history,
      cancel,
      rate,
    ],
  });
