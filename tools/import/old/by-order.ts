/** Everything that the three old databases hold of one order. */
import type { OldDatabase } from './database';
import { oldQueries, type OldDelivery, type OldGroup, type OldItem, type OldPart, type OldRecord } from './rows';
import type { ServiceName } from '../../stack/addresses';

/** Each list is oldest first. */
export interface OldOrder {
  key: string;
  records: OldRecord[];
  groups: OldGroup[];
  parts: OldPart[];
  items: OldItem[];
  deliveries: OldDelivery[];
}

/** At most one row of each table. */
export interface OldRows {
  record: OldRecord | undefined;
  group: OldGroup | undefined;
  delivery: OldDelivery | undefined;
}

/** Each order that any of the databases knows, once, by ascending key. */
export async function* ordersOf({
  user,
  restaurant,
  delivery,
}: Record<ServiceName, OldDatabase>): AsyncGenerator<OldOrder> {
  const records = await byKey(user.rows<OldRecord>(oldQueries.records));
  const groups = await byKey(restaurant.rows<OldGroup>(oldQueries.groups));
  const parts = await byKey(restaurant.rows<OldPart>(oldQueries.parts));
  const items = await byKey(restaurant.rows<OldItem>(oldQueries.items));
  const deliveries = await byKey(delivery.rows<OldDelivery>(oldQueries.deliveries));
  for (;;) {
    const key = least([records, groups, parts, items, deliveries].map((rows) => rows.nextKey()));
    if (key === undefined) return;
    yield {
      key,
      records: await records.take(key),
      groups: await groups.take(key),
      parts: await parts.take(key),
      items: await items.take(key),
      deliveries: await deliveries.take(key),
    };
  }
}

/** Rows that come by ascending key. */
async function byKey<Row extends { key: string }>(rows: AsyncGenerator<Row>) {
  let next = await rows.next();
  return {
    nextKey: (): string | undefined => (next.done ? undefined : next.value.key),
    /** The rows of this key, which is not above the next one. */
    async take(key: string): Promise<Row[]> {
      const taken: Row[] = [];
      for (; !next.done && next.value.key === key; next = await rows.next()) taken.push(next.value);
      return taken;
    },
  };
}

/** As PostgreSQL compares under the collation "C": by bytes. */
const least = (keys: (string | undefined)[]): string | undefined =>
  keys.reduce((least, key) =>
    least === undefined || (key !== undefined && Buffer.compare(Buffer.from(key), Buffer.from(least)) < 0)
      ? key
      : least,
  );
