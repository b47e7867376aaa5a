import { serviceNames, type ServiceName } from '../../stack/addresses';
import type { Change } from './evidence';

/** Runs a statement in one of the databases. */
export type Query = <Row>(database: ServiceName, sql: string) => Promise<Row[]>;

/** As the audit's trigger has written it down, with the columns' own names. */
interface AuditRow {
  seq: string;
  at: Date;
  tx: string;
  entity: string;
  before: Columns | null;
  after: Columns | null;
}
type Columns = Record<string, unknown>;

/** Every change of the three databases, each database's in its order. */
export async function readChanges(query: Query): Promise<Change[]> {
  const changes: Change[] = [];
  for (const database of serviceNames) {
    const rows = await query<AuditRow>(database, 'SELECT * FROM chaos.audit ORDER BY seq');
    changes.push(...rows.map(toChange));
  }
  return changes;
}

function toChange({ seq, at, tx, entity, before, after }: AuditRow): Change {
  const known = tables[entity];
  const common = { seq: Number(seq), at: at.getTime(), tx };
  if (!known) return { ...common, entity: 'other', what: entity, deleted: after === null };
  const change = {
    ...common,
    entity: known.entity,
    ...(before && { before: known.state(before) }),
    ...(after && { after: known.state(after) }),
  };
  return change as Change; // each table has its own entity and state, below
}

/** Which change a table's rows make, and what of them matters. */
const tables: Record<string, { entity: Change['entity']; state: (row: Columns) => object }> = {
  userOrder: {
    entity: 'record',
    state: (row) => ({ orderId: row['order_id'], status: row['status'], delivered: row['delivered'] }),
  },
  OrderGroup: { entity: 'group', state: (row) => ({ orderId: row['order_id'], status: row['status'] }) },
  Order: { entity: 'part', state: ({ id, status }) => ({ id, status }) },
  DeliveryAssignment: {
    entity: 'delivery',
    state: ({ orderId, agentId, status }) => ({ orderId, agentId, status }),
  },
  DilveryAgent: { entity: 'agent', state: (row) => ({ id: row['id'], status: row['agent_status'] }) },
  DeclinedJob: { entity: 'declined', state: ({ orderId, agentId }) => ({ orderId, agentId }) },
};
