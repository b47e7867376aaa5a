/** What is shown of an order, each a function of an event or of the state. A new event needs a line here only if it shows more than its type. */
import type { OrderStage } from '../../contracts/states';
import { searchAttributes } from '../../contracts/names';
import { logText, type LogEntry } from '../../contracts/order-log';
import { verbatim } from '../../contracts/texts';
import type { OrderProgress, OrderView, TimelineEntry } from '../../contracts/workflow';
import type { OrderEvent, OrderEventOf } from './events';
import type { OrderFacts, OrderState } from './state';

/** What some types of events show, each a function of the event. */
export type Projection<Shown> = { [Type in OrderEvent['type']]?: (event: OrderEventOf<Type>) => Shown };

/** Undefined for a type that is not in the projection. */
export const project = <Shown>(projection: Projection<Shown>, event: OrderEvent): Shown | undefined =>
  (projection[event.type] as ((event: OrderEvent) => Shown) | undefined)?.(event);

type Text = readonly [text: string, detail?: string | null] | null;
const hidden = (): Text => null;

/** The lines of an order's timeline that read neither as its log nor as just the type in words and the reason. Null: the event is not shown. */
const texts: Projection<Text> = {
  recorded: hidden,
  'placed-before': hidden,
  stale: () => ['placed too long ago or in the future: needs attention'],
  released: () => ['released by an operator'],
  rejected: hidden,
  adopted: ({ confirmed }) => (confirmed ? ['adopted', 'already confirmed'] : null),
  'part-confirmed': ({ restaurant_id, reason }) => ['confirmed by one restaurant', reason ?? restaurant_id],
  repriced: ({ total }) => ['new total', total],
  'agent-requested': hidden,
  'agent-named': hidden,
  delivering: hidden,
  'not-delivered': hidden,
  'delivered-before': () => ['already delivered'],
  'delivered-anyway': ({ reason }) => ['delivered anyway', reason],
  stopped: hidden,
  cancelling: ({ reason, by }) => ['cancelling', by ? `by the ${by}: ${reason}` : reason],
  undone: ({ step }) => ['undone', step],
  'undo-delayed': ({ services, forMs }) => [
    'undo keeps failing',
    `${services.join(', ')}, for ${forMs / 1_000} s; still retrying`,
  ],
  'undo-failed': ({ step, error }) => ['could not undo', `${step}: ${error}`],
  ended: hidden,
  'service-unavailable': ({ service, error }) => [`${service} service slow or unavailable, retrying`, error],
  'record-failed': ({ error }) => ["could not update the customer's record", error],
  'signal-ignored': ({ signal, why }) => [`signal ${signal} ignored`, why],
};

/** An event in the order's timeline, which its customer reads, with what it has added to the log. Null: not shown. */
export function timelineText(event: OrderEvent, [entry]: readonly LogEntry[]): Text {
  const text = project(texts, event);
  if (text !== undefined) return text;
  if (entry) return logText(entry);
  return [event.type.replaceAll('-', ' '), 'reason' in event ? event.reason : undefined];
}

/** A line of the order worker's log (docs/logging.md). No names or words of people. */
export interface LogLine {
  /** @default 'info' */
  level?: 'warn' | 'error';
  message: string;
  event: string;
  fields?: Record<string, string | number | readonly string[]>;
}

const lines: Projection<LogLine[]> = {
  stale: () => [{ level: 'warn', event: 'order-stale', message: 'an old order waits for an operator' }],
  accepted: () => [{ event: 'order-placed', message: 'order placed' }],
  adopted: ({ confirmed }) => (confirmed ? [{ event: 'order-adopted', message: 'order adopted' }] : []),
  confirmed: () => [{ event: 'order-confirmed', message: 'order confirmed' }],
  'agent-searched': () => [{ event: 'order-waiting', message: 'no agent is free; the order is waiting' }],
  'agent-assigned': ({ agent: { agent_id } }) => [
    { event: 'agent-assigned', message: 'agent assigned', fields: { agent_id } },
  ],
  'handed-back': () => [{ event: 'job-handed-back', message: 'job handed back' }],
  late: () => [{ level: 'warn', event: 'delivery-late', message: 'delivery is late' }],
  cancelling: ({ command, by = 'none' }) => [
    { event: 'order-undoing', message: 'cancelling the order', fields: { command, by } },
  ],
  'undo-delayed': ({ services, forMs }) => [
    {
      level: 'warn',
      event: 'undo-failing',
      message: 'a compensation keeps failing; still retrying',
      fields: { services, for_ms: forMs },
    },
  ],
  cancelled: ({ failed = [] }) =>
    failed.map((undo) => ({
      level: 'error',
      event: 'undo-failed',
      message: 'a compensation has failed permanently',
      fields: { undo },
    })),
  ended: ({ outcome }) => [{ event: 'order-ended', message: 'order ended', fields: { outcome } }],
};

/** The log lines of an event. */
export const logLines = (event: OrderEvent): LogLine[] => project(lines, event) ?? [];

/** The state for metrics: the order's and the delivery's status in one. */
export function stageOf({ status, delivery }: OrderFacts): OrderStage {
  if (status === 'CANCELLED' || delivery === 'CANCELLED') return 'CANCELLED';
  if (delivery === null) return status;
  return delivery === 'PENDING' ? 'ASSIGNED' : delivery;
}

const { orderStatus, deliveryStatus, agentId, orderAttention } = searchAttributes;

/** The search attributes that change while the order runs. */
export const searchable = ({ status, delivery, agent, attention }: OrderState) => [
  { key: orderStatus, value: status },
  { key: deliveryStatus, value: delivery },
  { key: agentId, value: agent?.agent_id ?? null },
  { key: orderAttention, value: attention },
];

/** The customer's record, and the order's log so far. It becomes CANCELLED with the compensation. */
export function progressOf({ order_id, user_id, placed_at, ...state }: OrderState, log: LogEntry[]): OrderProgress {
  const { total, reason, delivery } = state;
  const status = reason === null ? state.status : 'CANCELLED';
  return { order_id, user_id, placed_at, status, delivered: delivery === 'DELIVERED', total, reason, log };
}

/** The answer of the `order` query. */
export function viewOf({ order_id, user_id, placed_at, ...state }: OrderState, timeline: TimelineEntry[]): OrderView {
  const { status, delivery, agent, parts, total, reason, attention } = state;
  const order = { order_id, user_id, placed_at };
  return { ...order, status, delivery, agent, ...(parts && { parts }), total, reason, attention, timeline };
}

/** The order as Markdown, for the Web UI. Reasons, names and details may be strangers' texts. */
export function currentDetails(view: OrderView): string {
  const facts = [
    `**Order ${view.status}**`,
    view.delivery && `delivery **${view.delivery}**`,
    view.total && `total ${view.total}`,
    view.agent && `agent ${verbatim(view.agent.agent_name)}`,
    view.reason && `reason: ${verbatim(view.reason)}`,
    view.attention && `**needs attention: ${view.attention}**`,
  ];
  const timeline = view.timeline.map(
    ({ at, event, detail }) => `- \`${at.slice(11, 19)}\` ${event}${detail ? `: ${verbatim(detail)}` : ''}`,
  );
  return [facts.filter(Boolean).join(' · '), '', ...timeline].join('\n');
}
