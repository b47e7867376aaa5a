import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { searchAttributes } from '../contracts/names';
import type { AssignedAgent, OrderInput, OrderView, TimelineEntry } from '../contracts/workflow';
import { createStageCount } from './order-metrics';
import type { OrderFacts } from './rules';

/** The order's state, and how it is shown: the `order` query, search attributes, the Web UI's details. */
export interface OrderRecord {
  facts: OrderFacts;
  agent: AssignedAgent | null;
  total: string | null;
  reason: string | null;
  /** What an operator should look at; the search attribute `OrderAttention`. */
  attention: Attention | null;
  /** Adds a line to the timeline. */
  note(event: string, detail?: string | null): void;
  /** Publishes changes with at most one upsert. Call it once before each wait. */
  show(): void;
  view(): OrderView;
}

export type Attention = 'DELIVERY_LATE' | 'UNDO_FAILING';

const { orderStatus, deliveryStatus, agentId, orderAttention } = searchAttributes;
const keys = { orderStatus, deliveryStatus, agentId, attention: orderAttention };

/** A longer timeline loses lines in its middle: signals from outside can repeat without end. */
const maxTimeline = 200;

export function createOrderRecord({ order, onPartialRefusal, stage }: OrderInput): OrderRecord {
  const { order_id, user_id, placed_at } = order;
  const timeline: TimelineEntry[] = [];
  // The first status is set at the start (`orderStart`), so that a placement needs no upsert.
  let shown: Record<keyof typeof keys, string | null> = {
    orderStatus: workflowInfo().typedSearchAttributes.get(keys.orderStatus) ?? null,
    deliveryStatus: null,
    agentId: null,
    attention: null,
  };

  let facts: OrderFacts = {
    status: 'PENDING',
    delivery: null,
    parts: partsOf(order.restaurants),
    keepRest: onPartialRefusal === 'keep_rest',
  };
  const countStage = createStageCount(stage ? undefined : 'PENDING');

  return {
    get facts() {
      return facts;
    },
    set facts(changed) {
      facts = changed;
      countStage(facts);
    },
    agent: null,
    total: null,
    reason: null,
    attention: null,
    note(event, detail) {
      if (timeline.length >= maxTimeline) timeline.splice(maxTimeline / 2, 1);
      timeline.push({ at: new Date().toISOString(), event, ...(detail ? { detail } : {}) });
    },
    show() {
      const now: typeof shown = {
        orderStatus: this.facts.status,
        deliveryStatus: this.facts.delivery,
        agentId: this.agent?.agent_id ?? null,
        attention: this.attention,
      };
      const changed = (Object.keys(keys) as (keyof typeof keys)[]).filter((name) => now[name] !== shown[name]);
      if (changed.length > 0) {
        upsertSearchAttributes(
          changed.map((name): SearchAttributeUpdatePair => ({ key: keys[name], value: now[name] })),
        );
      }
      shown = now;
      setCurrentDetails(describe(this.view()));
    },
    view() {
      const { agent, total, reason, attention } = this;
      const { status, delivery, parts } = this.facts;
      const order = { order_id, user_id, placed_at };
      return { ...order, status, delivery, agent, parts, total, reason, attention, timeline: [...timeline] };
    },
  };
}

/** An adopted order may have no restaurants: then only the restaurant side knows its parts. */
const partsOf = (restaurants: OrderInput['order']['restaurants']): OrderFacts['parts'] =>
  restaurants.length === 0
    ? undefined
    : Object.fromEntries(restaurants.map(({ restaurant_id }) => [restaurant_id, 'PENDING']));

/** The order as Markdown, for the Web UI. */
function describe(view: OrderView): string {
  const facts = [
    `**Order ${view.status}**`,
    view.delivery && `delivery **${view.delivery}**`,
    view.total && `total ${view.total}`,
    view.agent && `agent ${view.agent.agent_name}`,
    view.reason && `reason: ${view.reason}`,
    view.attention && `**needs attention: ${view.attention}**`,
  ];
  const timeline = view.timeline.map(
    ({ at, event, detail }) => `- \`${at.slice(11, 19)}\` ${event}${detail ? `: ${detail}` : ''}`,
  );
  return [facts.filter(Boolean).join(' · '), '', ...timeline].join('\n');
}
