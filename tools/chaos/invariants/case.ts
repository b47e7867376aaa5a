import { orderWorkflowId } from '../../../contracts/names';
import type { OrderStatus } from '../../../contracts/states';
import type { LoggedEvent, readDatabases } from '../evidence/databases';
import type { Placement } from '../journal';

/** The contents of the databases, the queues and Temporal at the end of a run. */
export interface Evidence extends Awaited<ReturnType<typeof readDatabases>> {
  runs: Run[];
  /** Histories that the built workflow code does not replay: a worker without them in its cache cannot continue them. */
  replayFailures: { workflowId: string; error: string }[];
  /** `messages` includes unacknowledged ones; none where the broker gave no number. */
  queues: { name: string; messages?: number | null }[];
  deadLetters: { queue: string; id: string; reason: string | null }[];
}

export interface Run {
  workflowId: string;
  /** Temporal's: RUNNING, COMPLETED, FAILED… */
  status: string;
  userId: string | null;
  /** Of an order's workflow that has completed. */
  outcome: string | null;
  /** Of the pending workflow task. */
  failedAttempts: number;
}

/** The logs of all orders, and which of their events the listeners have heard: ids, in the order in which they came. */
export interface Heard {
  log: LoggedEvent[];
  /** By order. */
  customers: Record<string, string[]>;
  operator: string[];
}

/** What the invariants compare: what the actors were answered, and what the system contains at the end. */
export interface Case {
  evidence: Evidence;
  placements: Placement[];
  heard: Heard;
  poison: { id: string; queue: string; confirmed: boolean }[];
}

export interface Violation {
  orderId?: string | null | undefined;
  what: string;
}

export interface Invariant {
  title: string;
  /** Pure. Finds every violation in the case; `orders` are those of its evidence. */
  check: (given: Case, orders: Order[]) => Iterable<Violation>;
}

export interface Order {
  orderId: string;
  record?: Evidence['records'][number];
  group?: Evidence['groups'][number];
  parts: Evidence['parts'];
  delivery?: Evidence['deliveries'][number];
  run?: Evidence['runs'][number];
  /** Found by the customer, who has placed no other order. */
  placement?: Placement | undefined;
}

export function ordersOf({ evidence, placements }: Case): Order[] {
  const orders = new Map<string, Order>();
  const order = (orderId: string): Order => {
    const found = orders.get(orderId) ?? { orderId, parts: [] };
    orders.set(orderId, found);
    return found;
  };
  for (const record of evidence.records) order(record.orderId).record = record;
  for (const group of evidence.groups) order(group.orderId).group = group;
  for (const part of evidence.parts) order(part.orderId).parts.push(part);
  for (const delivery of evidence.deliveries) order(delivery.orderId).delivery = delivery;
  for (const run of evidence.runs) {
    const orderId = run.workflowId.slice(orderWorkflowId('').length);
    if (run.workflowId === orderWorkflowId(orderId)) order(orderId).run = run;
  }
  const placementOf = new Map(placements.map((placement) => [placement.planned.userId, placement]));
  for (const found of orders.values()) {
    const { record, group, run } = found;
    found.placement = placementOf.get(record?.userId ?? group?.userId ?? run?.userId ?? '');
  }
  return [...orders.values()];
}

export const describeOrder = ({ run, record, group, parts, delivery }: Order): string =>
  [
    `workflow ${run?.outcome ?? run?.status ?? 'missing'}`,
    `customer ${record ? record.status + (record.delivered ? ' and delivered' : '') : 'missing'}`,
    `restaurant ${group ? describeGroup(group.status, parts) : 'missing'}`,
    `delivery ${delivery?.status ?? 'missing'}`,
  ].join(', ');

/** Its status alone if the parts agree: all are cancelled, or at least one is confirmed and none still pending. */
function describeGroup(status: OrderStatus, parts: Order['parts']): string {
  const statuses = parts.map((part) => part.status);
  const isConfirmed = statuses.includes('CONFIRMED') && !statuses.includes('PENDING');
  const agrees = status === 'CONFIRMED' ? isConfirmed : statuses.every((each) => each === status);
  return agrees ? status : `${status} (${statuses.join(' ')})`;
}

/** `on the way`: waiting for a courier who has picked up. Every other wait has a time limit, which has passed. */
export const orderStates = ['delivered', 'cancelled', 'rejected', 'on the way'] as const;
export type OrderState = (typeof orderStates)[number];

const patterns: Record<OrderState, RegExp> = {
  delivered: /^workflow DELIVERED, customer CONFIRMED and delivered, restaurant CONFIRMED, delivery DELIVERED$/,
  cancelled: /^workflow CANCELLED, customer CANCELLED, restaurant (CANCELLED|missing), delivery (CANCELLED|missing)$/,
  rejected: /^workflow REJECTED, customer CANCELLED, restaurant missing, delivery missing$/,
  'on the way': /^workflow RUNNING, customer CONFIRMED, restaurant CONFIRMED, delivery PICKED_UP$/,
};

/** The state that the workflow and the services agree on; undefined when they do not. */
export const agreedStateOf = (order: Order): OrderState | undefined =>
  orderStates.find((state) => patterns[state].test(describeOrder(order)));
