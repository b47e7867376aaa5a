import { cloudEvent, type NumberedEntry } from '../../contracts/events';
import { eventType } from '../../contracts/names';
import { finalTypes } from '../../contracts/order-log';
import type { StreamItem } from '../../lib/http/event-stream';
import { endOfLog, everyOrder, eventsAfter, eventsOf, lastPosition } from '../../prisma/user/order-events';
import { findOrder } from '../../prisma/user/orders';
import { isAnothers } from '../http/access';
import { isRefusal, refuse } from '../http/refusals';
import { eventStream, route } from '../http/route';
import { positionAfter, streamQuery, streamTokenRoute } from '../http/streams';
import { exampleIds, exampleStream } from '../openapi/examples';
import type { UserDeps } from './deps';
import { heldOrderPage } from './order-page';

const unknownOrder = 'Order not found';
const finalEvents: readonly string[] = finalTypes.map(eventType);

const orderStream = route({
  method: 'GET',
  path: '/orders/:order_id/events',
  id: 'streamOrder',
  summary: 'Streams what happens to one order, from its first event on',
  description:
    'Server-Sent Events; the `id` counts the order’s events. The stream closes after `delivered`, `cancelled` or `rejected`; what comes later is seen by reconnecting.',
  roles: ['customer', 'service'],
  params: { order_id: { unknown: unknownOrder, example: exampleIds.order } },
  query: streamQuery,
  answers: eventStream('The events.', exampleStream),
  refusals: { NOT_FOUND: "Unknown, or another customer's.", GONE: 'The `Last-Event-ID` is none of this stream.' },
  async handle(deps: UserDeps, { params: { order_id: orderId }, caller, lastEventId }) {
    const { db } = deps;
    const owner = await ownerOf(deps, orderId);
    if (owner === undefined || isAnothers(caller, owner)) return refuse('NOT_FOUND', unknownOrder);
    const { last, isOver } = await endOfLog(db, orderId);
    const after = positionAfter(lastEventId, { first: 0n, last: BigInt(last) }, 0n);
    if (isRefusal(after)) return after;
    if (isOver && after === BigInt(last)) return { status: 204, body: undefined, headers: {} };
    return {
      source: {
        topic: orderId,
        after,
        isOver,
        read: async (position, limit) =>
          (await eventsOf(db, orderId, Number(position), limit)).map((entry) => itemOf(entry, BigInt(entry.n))),
        isLast: ({ type }) => finalEvents.includes(type),
      },
    };
  },
});

/** The customer of an order, also of one that is accepted and not recorded yet; undefined for an unknown order. */
async function ownerOf(deps: UserDeps, orderId: string): Promise<string | null | undefined> {
  const record = await findOrder(deps.db, orderId);
  return record ? record.userId : (await heldOrderPage(deps, orderId))?.user_id;
}

const allOrders = route({
  method: 'GET',
  path: '/events',
  id: 'streamAllOrders',
  summary: 'Streams what happens to all orders, from now on',
  description: 'Server-Sent Events. Without a `Last-Event-ID` the stream begins with the next event.',
  roles: [],
  query: streamQuery,
  answers: eventStream('The events.', exampleStream),
  refusals: { GONE: 'The `Last-Event-ID` is none of this stream.' },
  async handle({ db }: UserDeps, { lastEventId }) {
    const last = await lastPosition(db);
    const after = positionAfter(lastEventId, { first: 0n, last }, last);
    if (isRefusal(after)) return after;
    return {
      source: {
        topic: everyOrder,
        after,
        read: async (position, limit) =>
          (await eventsAfter(db, position, limit)).map((entry) => itemOf(entry, entry.position)),
      },
    };
  },
});

function itemOf(entry: NumberedEntry, position: bigint): StreamItem {
  const event = cloudEvent(entry);
  return { position, type: event.type, event };
}

const streamToken = streamTokenRoute<UserDeps>(
  /^\/(?:events|orders\/[0-9a-f-]{36}\/events)$/,
  `/orders/${exampleIds.order}/events`,
);

export const eventRoutes = [orderStream, allOrders, streamToken];
