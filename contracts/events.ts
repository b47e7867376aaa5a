/** The events of orders, as they are published, streamed and sent to webhooks: CloudEvents 1.0 in JSON (contract, section 8). */
import { z } from 'zod';
import { eventType } from './names';
import { loggedTypes, type LoggedType, type LogEntry } from './order-log';
import { deliveryStatuses, orderStatuses } from './states';
import { id, rating } from './values';

/** PostgreSQL refuses other texts in JSON: an event with one could never be handled. */
const storable = z.string().refine((text) => text.isWellFormed() && !text.includes('\0'), 'cannot be stored');

const order = { order_id: id, status: z.enum(orderStatuses), delivery: z.enum(deliveryStatuses).nullable() };
const agent = z.object({ agent_id: id, agent_name: storable.optional() });
const amount = z.number();
const reason = storable.nullable();

/** What each event tells. Fields may be added. */
const data = {
  placed: z.object({ ...order, restaurant_ids: z.array(id) }),
  priced: z.object({ ...order, total: amount.optional() }),
  secured: z.object(order),
  'refused-in-part': z.object({ ...order, restaurant_id: id, reason }),
  confirmed: z.object({ ...order, total: amount.nullish() }),
  'agent-searched': z.object(order),
  'agent-assigned': z.object({ ...order, agent }),
  'handed-back': z.object({ ...order, agent, reason }),
  'picked-up': z.object({ ...order, agent: agent.nullable() }),
  late: z.object({ ...order, agent: agent.nullable() }),
  delivered: z.object({ ...order, agent: agent.nullable() }),
  cancelled: z.object({ ...order, reason, by: storable.nullable() }),
  rejected: z.object({ ...order, reason }),
  rated: z.object({ ...order, order_rating: rating.optional(), agent_rating: rating.optional() }),
} satisfies Record<LoggedType, z.ZodType>;

/** Of a message that is one event. */
export const eventContentType = 'application/cloudevents+json';

const eventOf = <Type extends LoggedType>(type: Type) =>
  z.object({
    specversion: z.literal('1.0'),
    /** `<order_id>:<n>`; n counts the order's events from 1. */
    id: storable,
    source: storable,
    type: z.literal(eventType(type)),
    time: z.iso.datetime(),
    datacontenttype: z.literal('application/json'),
    data: data[type],
  });

/** One schema for each type. */
export const orderEvents = Object.fromEntries(loggedTypes.map((type) => [type, eventOf(type)])) as {
  [Type in LoggedType]: ReturnType<typeof eventOf<Type>>;
};

/** Any of them. */
export const orderEvent = z.discriminatedUnion(
  'type',
  Object.values(orderEvents) as unknown as readonly [(typeof orderEvents)[LoggedType]],
);
export type OrderEvent = { [Type in LoggedType]: z.infer<(typeof orderEvents)[Type]> }[LoggedType];

/** An entry of an order's log with its number. */
export interface NumberedEntry {
  orderId: string;
  n: number;
  type: string;
  at: Date;
  data: unknown;
}

/** The published form of an entry. */
export function cloudEvent({ orderId, n, type, at, data: entry }: NumberedEntry): OrderEvent {
  const { total, ...facts } = entry as LogEntry['data'] & { total?: string | null };
  return {
    specversion: '1.0',
    id: `${orderId}:${n}`,
    source: `/orders/${orderId}`,
    type: eventType(type as LoggedType),
    time: at.toISOString(),
    datacontenttype: 'application/json',
    data: { order_id: orderId, ...facts, ...(total !== undefined && { total: total === null ? null : Number(total) }) },
  } as OrderEvent;
}

/** The event without some of its facts, for those whom they do not concern. */
export function without(event: OrderEvent, ...facts: ('total' | 'order_rating' | 'agent_rating')[]): OrderEvent {
  const kept = Object.entries(event.data).filter(([name]) => !(facts as string[]).includes(name));
  return { ...event, data: Object.fromEntries(kept) } as OrderEvent;
}
