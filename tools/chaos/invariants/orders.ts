import { orderWorkflowId } from '../../../contracts/names';
import type { CustomerRecord, Delivery, Evidence, Group, Part, Run } from '../evidence/evidence';

/** One order, as each of those says who have a part in it. */
export interface Order {
  orderId: string;
  record?: CustomerRecord;
  group?: Group;
  parts: Part[];
  delivery?: Delivery;
  run?: Run;
}

/** Every order that anybody knows. */
export function ordersOf({ records, groups, parts, deliveries, runs }: Evidence): Order[] {
  const orders = new Map<string, Order>();
  const of = (orderId: string): Order => {
    const order = orders.get(orderId) ?? { orderId, parts: [] };
    orders.set(orderId, order);
    return order;
  };
  for (const record of records) of(record.orderId).record = record;
  for (const group of groups) of(group.orderId).group = group;
  for (const part of parts) of(part.orderId).parts.push(part);
  for (const delivery of deliveries) of(delivery.orderId).delivery = delivery;
  for (const run of runs) {
    const orderId = run.workflowId.slice(orderWorkflowId('').length);
    if (run.workflowId === orderWorkflowId(orderId)) of(orderId).run = run;
  }
  return [...orders.values()];
}

export const customerOf = ({ record, group, run }: Order): string | undefined =>
  record?.userId ?? group?.userId ?? run?.userId ?? undefined;

export const stands = ['delivered', 'cancelled', 'rejected', 'on the way'] as const;
/** `on the way`: it waits for its courier, who may take long; every other wait has a limit and should be over. */
export type Stand = (typeof stands)[number];

/** Where the order stands, if all that is known of it says the same; else undefined. */
export function standOf(order: Order): Stand | undefined {
  return stands.find((stand) => isSo[stand](order));
}

const isSo: Record<Stand, (order: Order) => boolean> = {
  delivered: ({ run, record, group, parts, delivery }) =>
    run?.outcome === 'DELIVERED' &&
    record?.status === 'CONFIRMED' &&
    record.delivered &&
    isConfirmed(group, parts) &&
    delivery?.status === 'DELIVERED',
  cancelled: ({ run, record, group, parts, delivery }) =>
    run?.outcome === 'CANCELLED' &&
    record?.status === 'CANCELLED' &&
    (!group || group.status === 'CANCELLED') &&
    parts.every(({ status }) => status === 'CANCELLED') &&
    (!delivery || delivery.status === 'CANCELLED'),
  rejected: ({ run, record, group, delivery }) =>
    run?.outcome === 'REJECTED' && record?.status === 'CANCELLED' && !group && !delivery,
  'on the way': ({ run, record, group, parts, delivery }) =>
    run?.status === 'RUNNING' &&
    record?.status === 'CONFIRMED' &&
    !record.delivered &&
    isConfirmed(group, parts) &&
    delivery?.status === 'PICKED_UP',
};

/** Some restaurants may have refused, but not all. */
const isConfirmed = (group: Group | undefined, parts: Part[]): boolean =>
  group?.status === 'CONFIRMED' &&
  parts.some(({ status }) => status === 'CONFIRMED') &&
  parts.every(({ status }) => status !== 'PENDING');

/** The order in a line, for people. */
export function describe({ run, record, group, parts, delivery }: Order): string {
  const facts = [
    `workflow ${run ? (run.outcome ?? run.status) : 'missing'}`,
    `customer's record ${record ? record.status + (record.delivered ? ', delivered' : '') : 'missing'}`,
    `restaurant ${group ? `${group.status} (${parts.map(({ status }) => status).join(', ')})` : 'without it'}`,
    `delivery ${delivery ? delivery.status + (delivery.agentId ? '' : ', no agent') : 'without it'}`,
  ];
  return facts.join('; ');
}
