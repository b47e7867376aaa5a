import type { ServiceName } from '../stack/addresses';
import type { OpenOrder } from './adopt';
import { batches } from './batches';
import type { NewDatabase } from './new/database';
import { insertAgents, insertDeliveries, insertOpenDeliveries, settleAgents } from './new/deliveries';
import { insertGroups, insertRecords, openOrders } from './new/orders';
import { insertMenuItems, insertRestaurants } from './new/restaurants';
import { ordersOf } from './old/by-order';
import type { OldDatabase } from './old/database';
import { oldQueries, type OldAgent, type OldMenuItem, type OldRestaurant } from './old/rows';
import { createNotes, type Note, type Oddity } from './oddities';
import { agentOf, noteStatuses, oneForEachAgent } from './rules/agents';
import { createCatalog, type Catalog } from './rules/catalog';
import { orderOf, type NewOrder, type OrderContext } from './rules/order';
import type { NewDelivery } from './rules/rows';

export interface ImportDeps {
  from: Record<ServiceName, OldDatabase>;
  to: Record<ServiceName, NewDatabase>;
  /** Starts the workflow of an open order. Idempotent. */
  adopt: (order: OpenOrder) => Promise<void>;
  progress: (line: string) => void;
  /** An open order placed longer ago is reported. */
  staleAfterMs: number;
}

interface ImportOptions {
  /** Open orders placed before it, and not picked up, are cancelled. */
  cancelBefore?: Date | undefined;
}

/** Rows of one kind: how many the old databases have, and how many of them were missing in ours. */
export interface Count {
  read: number;
  new: number;
}

export interface Report {
  restaurants: Count;
  menuItems: Count;
  agents: Count;
  /** Of orders that any old database knows. `new`: to at least one of ours. */
  orders: Count;
  /** Orders that go on here, with a workflow. */
  open: number;
  oddities: Oddity[];
}

const batchSize = 2_000;
/** Workflows that are started at a time. */
const startsAtOnce = 20;

/**
 * Brings the old databases into ours, and gives open orders their workflows. What ours have already is left as it is, so that an import can be
 * repeated, and continued after it was killed. Throws what a database or `adopt` throws; then run it again.
 */
export async function importOldPlatform(deps: ImportDeps, { cancelBefore }: ImportOptions): Promise<Report> {
  const { note, all } = createNotes();
  const catalog = createCatalog();
  const restaurants = await importRestaurants(deps, catalog, note);
  const menuItems = await importMenuItems(deps, catalog, note);
  const agents = await importAgents(deps, note);
  const context: OrderContext = {
    catalog,
    agents: agents.names,
    cancelBefore: cancelBefore?.toISOString() ?? null,
    longBefore: new Date(Date.now() - deps.staleAfterMs).toISOString(),
    note,
  };
  const { orders, open, openDeliveries } = await importOrders(deps, context);

  const settled = oneForEachAgent(openDeliveries, note);
  noteStatuses(agents.statuses, settled, note);
  await deps.to.delivery.write(async (db) => {
    await insertOpenDeliveries(db, settled);
    await settleAgents(db, [...agents.names.keys()]);
  });
  const adopted = await adoptOrders(deps, open);
  return { restaurants, menuItems, agents: agents.count, orders, open: adopted, oddities: all() };
}

async function importRestaurants({ from, to }: ImportDeps, catalog: Catalog, note: Note): Promise<Count> {
  const count = { read: 0, new: 0 };
  for await (const batch of batches(from.restaurant.rows<OldRestaurant>(oldQueries.restaurants), batchSize)) {
    const rows = batch.map((old) => catalog.addRestaurant(old, note));
    const { inserted, renamed } = await to.restaurant.write((db) => insertRestaurants(db, rows));
    for (const id of renamed) note('name-taken', id);
    count.read += batch.length;
    count.new += inserted;
  }
  return count;
}

async function importMenuItems({ from, to }: ImportDeps, catalog: Catalog, note: Note): Promise<Count> {
  const count = { read: 0, new: 0 };
  for await (const batch of batches(from.restaurant.rows<OldMenuItem>(oldQueries.menuItems), batchSize)) {
    const rows = batch.map((old) => catalog.addMenuItem(old, note));
    count.new += await to.restaurant.write(async (db) => {
      await insertRestaurants(db, catalog.takeStandIns().restaurants);
      return insertMenuItems(db, rows);
    });
    count.read += batch.length;
  }
  return count;
}

async function importAgents({ from, to }: ImportDeps, note: Note) {
  const count = { read: 0, new: 0 };
  const names = new Map<string, string>();
  const statuses = new Map<string, OldAgent['agent_status']>();
  for await (const batch of batches(from.delivery.rows<OldAgent>(oldQueries.agents), batchSize)) {
    const rows = batch.map((old) => {
      const agent = agentOf(old, note);
      names.set(agent.id, agent.name);
      statuses.set(agent.id, old.agent_status);
      return agent;
    });
    const { inserted, renamed } = await to.delivery.write((db) => insertAgents(db, rows));
    for (const id of renamed) note('name-taken', id);
    count.read += batch.length;
    count.new += inserted;
  }
  return { count, names, statuses };
}

/** Open deliveries are left to the caller: which agent has which is known once all have been read. */
async function importOrders(deps: ImportDeps, context: OrderContext) {
  const orders = { read: 0, new: 0 };
  const open: OpenOrder[] = [];
  const openDeliveries: NewDelivery[] = [];
  const total = await orderCount(deps.from);
  for await (const batch of batches(ordersOf(deps.from), batchSize)) {
    const converted = batch.map((old) => orderOf(old, context));
    orders.new += await insertOrders(deps.to, converted, context.catalog);
    orders.read += batch.length;
    open.push(...converted.flatMap((order) => order.open ?? []));
    openDeliveries.push(...converted.flatMap(({ open: isOpen, delivery }) => (isOpen && delivery ? delivery : [])));
    deps.progress(`${orders.read} of about ${total} orders`);
  }
  return { orders, open, openDeliveries };
}

async function orderCount({ restaurant }: ImportDeps['from']): Promise<number> {
  let total = 0;
  for await (const { count } of restaurant.rows<{ count: number }>(oldQueries.orderCount)) total = count;
  return total;
}

async function insertOrders(to: ImportDeps['to'], orders: NewOrder[], catalog: Catalog): Promise<number> {
  const counts = await Promise.all([
    to.user.write((db) =>
      insertRecords(
        db,
        orders.flatMap(({ record }) => record ?? []),
      ),
    ),
    to.restaurant.write(async (db) => {
      const { restaurants, menuItems } = catalog.takeStandIns();
      await insertRestaurants(db, restaurants);
      await insertMenuItems(db, menuItems);
      return insertGroups(
        db,
        orders.flatMap(({ group }) => group ?? []),
      );
    }),
    to.delivery.write((db) =>
      insertDeliveries(
        db,
        orders.flatMap(({ open, delivery }) => (delivery && !open ? delivery : [])),
      ),
    ),
  ]);
  return Math.max(...counts);
}

/** Those that our records show as open: an order of an earlier import may have ended since. Resolves to their number. */
async function adoptOrders({ to, adopt, progress }: ImportDeps, orders: OpenOrder[]): Promise<number> {
  let adopted = 0;
  for await (const batch of batches(orders, batchSize)) {
    const open = await to.user.write((db) =>
      openOrders(
        db,
        batch.map(({ order }) => order.order_id),
      ),
    );
    for await (const some of batches(
      batch.filter(({ order }) => open.has(order.order_id)),
      startsAtOnce,
    )) {
      await Promise.all(some.map(adopt));
      adopted += some.length;
    }
    progress(`${adopted} workflows of open orders`);
  }
  return adopted;
}
