import type { z } from 'zod';
import {
  agentAssignedMessage,
  assignAgentMessage,
  changeDeliveryMessage,
  changeOrderMessage,
  createOrderReply,
  placeOrderMessage,
  ratingMessage,
} from './messages';

const order_id = '00000000-0000-4000-8000-000000000001';
const other_id = '00000000-0000-4000-8000-000000000002';
const placed_at = '2026-03-01T10:00:00.000Z';

const placement = {
  order_id,
  user_id: other_id,
  placed_at,
  status: 'PENDING',
  restaurants: [{ restaurant_id: other_id, items: [{ menu_item_id: other_id, quantity: 2 }] }],
};

const messages: [string, z.ZodType, object][] = [
  ['place-order-queue', placeOrderMessage, placement],
  ['assign-dilvery-agent-queue', assignAgentMessage, { order_id }],
  ['ratings-exchange', ratingMessage, { order_id, order_rating: 4.5, agent_rating: 1 }],
  ['change-order-status-queue', changeOrderMessage, { order_id, user_id: other_id, placed_at, status: 'CANCELLED' }],
  ['update-dilvery-status-queue', changeDeliveryMessage, { order_id, status: 'PICKED_UP' }],
  ['agent-assigned-queue', agentAssignedMessage, { order_id, agent_id: other_id, agent_name: 'Asha' }],
];

describe.each(messages)('the body on %s', (_queue, schema, body) => {
  test('parses to itself', () => {
    expect(schema.parse(body)).toEqual(body);
  });

  test('may contain unknown fields, which are ignored', () => {
    expect(schema.parse({ ...body, added_later: { any: 'thing' } })).toEqual(body);
  });

  test.each(Object.keys(body))('requires its %s', (field) => {
    expect(schema.safeParse({ ...body, [field]: undefined }).success).toBe(false);
  });

  test.each([null, 'text', 7, []])('is never %p', (other) => {
    expect(schema.safeParse(other).success).toBe(false);
  });
});

test('a placement without a time zone, as old programs write it, is in UTC', () => {
  expect(placeOrderMessage.parse({ ...placement, placed_at: '2026-03-01T10:00:00' })).toEqual(placement);
});

test.each(['CONFIRMED', 'CANCELLED', 'pending'])('a placement with the status %s is refused', (status) => {
  expect(placeOrderMessage.safeParse({ ...placement, status }).success).toBe(false);
});

test.each([
  ['created with a total', { outcome: 'created', total: '12.50' }, true],
  ['created without a total', { outcome: 'created' }, false],
  ['created with a number', { outcome: 'created', total: 12.5 }, false],
  ['rejected with a reason', { outcome: 'rejected', reason: 'no soup today' }, true],
  ['settled', { outcome: 'settled', status: 'CANCELLED' }, true],
  ['with another outcome', { outcome: 'lost' }, false],
])('a placement reply that is %s: valid is %s', (_what, reply, valid) => {
  expect(createOrderReply.safeParse(reply).success).toBe(valid);
});
