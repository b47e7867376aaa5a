/** Converts one order from the rows of the old databases to ours. Pure. */
import { placeOrderMessage, type PlaceOrderMessage } from '../../../contracts/messages';
import { unknownUser } from '../../../contracts/names';
import type { OldOrder, OldRows } from '../old/by-order';
import type { Note } from '../oddities';
import type { Catalog } from './catalog';
import { courseOf } from './course';
import { partsOf, type Part } from './parts';
import { ratingsOf } from './ratings';
import { deliveryOf, groupOf, recordOf, type NewDelivery, type NewGroup, type NewRecord } from './rows';
import { idOf, timeOf, unknownTime } from './values';

export interface NewOrder {
  record: NewRecord | null;
  group: NewGroup | null;
  delivery: NewDelivery | null;
  /** Of an open order: what its workflow needs. */
  open: { order: PlaceOrderMessage; stage: 'placed' | 'confirmed'; total: string | null } | null;
}

export interface OrderContext {
  catalog: Catalog;
  /** The names of all agents, by id. */
  agents: Map<string, string>;
  /** Orders placed before it, and not picked up, are cancelled. */
  cancelBefore: string | null;
  /** Orders placed before it have been open for long. */
  longBefore: string;
  note: Note;
}

export function orderOf(old: OldOrder, context: OrderContext): NewOrder {
  const { note } = context;
  const rows = rowsOf(old, note);
  const { record, group, delivery } = rows;
  const id = idOf(old.key, note);
  const user_id = idOf((record ?? group)?.user_id ?? unknownUser, note);
  const placed_at = placedAtOf(rows, note);
  const allParts = partsOf(old.parts, old.items, context.catalog, note);
  const message = { order_id: id, user_id, placed_at, status: 'PENDING' as const, restaurants: portionsOf(allParts) };

  const course = courseOf({
    order: group?.status ?? null,
    delivery: delivery?.status ?? null,
    isRecorded: record !== undefined,
    hasItems: message.restaurants.length > 0,
    hindrance: hindranceOf(message, rows, context),
  });
  for (const kind of course.oddities) note(kind, old.key);
  if (course.stage && placed_at < context.longBefore) note('open-for-long', old.key);
  if (old.parts.some((part) => part.status !== group?.status)) note('part-status-differs', old.key);

  const parts = allParts.filter((part) => {
    if (part.items.length > 0) return true;
    note('part-without-items', part.id);
    return course.stage === null;
  });
  const ratings = ratingsOf(rows, course, note);
  const newGroup = group ? groupOf(group, { id, placed_at, parts, course, ratings, note }) : null;
  const total = newGroup?.total ?? null;
  const newRecord = record || group ? recordOf(rows, { id, user_id, placed_at, total, course, ratings, note }) : null;
  const newDelivery = delivery ? deliveryOf(delivery, { id, course, ratings, agents: context.agents, note }) : null;
  return {
    record: newRecord,
    group: newGroup,
    delivery: newDelivery,
    open: course.stage && { order: message, stage: course.stage, total },
  };
}

/** One row of each table: the oldest, but the record of the user whom the restaurant side names. */
function rowsOf(old: OldOrder, note: Note): OldRows {
  const {
    records,
    groups: [group, ...moreGroups],
    deliveries: [delivery, ...moreDeliveries],
  } = old;
  if (moreGroups.length + moreDeliveries.length > 0) note('order-twice', old.key);
  const sameUser = records.find(({ user_id }) => user_id === group?.user_id);
  const record = sameUser ?? records[0];
  if (records.length > 1) note('order-of-two-users', old.key);
  else if (record && group && !sameUser) note('user-differs', old.key);
  return { record, group, delivery };
}

function placedAtOf({ group, delivery }: OldRows, note: Note): string {
  if (group) return timeOf(group.placed_at, group.id, note);
  return delivery ? timeOf(delivery.assignedAt, delivery.id, note) : unknownTime;
}

const portionsOf = (parts: Part[]): PlaceOrderMessage['restaurants'] =>
  parts
    .filter(({ items }) => items.length > 0)
    .map(({ restaurant_id, items }) => ({
      restaurant_id,
      items: items.map(({ menu_item_id, quantity }) => ({ menu_item_id, quantity })),
    }));

/** Only a PENDING order is sent to the restaurant side as a message. */
function hindranceOf(message: PlaceOrderMessage, { group, delivery }: OldRows, { cancelBefore }: OrderContext) {
  if (cancelBefore !== null && message.placed_at < cancelBefore)
    return { kind: 'cancelled-before', reason: 'it was placed too long ago' } as const;
  const isSent = group?.status === 'PENDING' && !delivery && message.restaurants.length > 0;
  if (isSent && !placeOrderMessage.safeParse(message).success)
    return { kind: 'beyond-our-limits', reason: 'it is larger than an order may be' } as const;
  return undefined;
}
