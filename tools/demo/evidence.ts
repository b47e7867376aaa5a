import { styleText } from 'node:util';
import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { queues } from '../../contracts/names';
import { listQueues } from '../broker/management';
import { bodyOf } from '../platform/answer';
import type { Platform } from '../platform/platform';
import { query, withTemporal, type SystemVariables } from '../platform/system';
import { until } from '../platform/until';
import { serviceNames, type ServiceName } from '../stack/addresses';
import type { Order } from './people';
import { dim, heading, print, printTable, shown, timeOfDay, type Row } from './screen';

/** Shows what has happened in the system. */
export const createEvidence = (platform: Platform, system: SystemVariables) => ({
  timeline: (order: Order, last: string) => printTimeline(platform, order, last),
  rows: (order: Order, expected: ExpectedRows) => printRows(system, order, expected),
  queues: () => printQueues(system.RABBITMQ_MANAGEMENT_URL),
  workflows: (...workflows: EndedWorkflow[]) => printWorkflows(system, workflows),
});

/** The order's timeline, and its rating if there is one. Waits for the event that ends it. */
async function printTimeline(platform: Platform, { orderId }: Order, last: string): Promise<void> {
  const page = await until(`"${last}" is in the timeline`, async () => {
    const latest = bodyOf(await platform.order(orderId));
    return latest.timeline?.some(({ event }) => event === last) && latest;
  });
  heading(`The timeline of order ${orderId}`, 'UTC, and time since the placement');
  const { timeline, rating, placed_at } = page;
  for (const { at, event, detail } of timeline ?? []) {
    const since = dim(`+${Date.parse(at) - Date.parse(placed_at)} ms`.padStart(10));
    print(`    ${timeOfDay(new Date(at))} ${since}  ${shown(event)}${detail ? dim(`  ${detail}`) : ''}`);
  }
  if (rating)
    print(`    ${'later'.padEnd(23)}  rated${dim(`  order ${rating.order_rating}, agent ${rating.agent_rating}`)}`);
}

const tables: Record<ServiceName, Record<string, string>> = {
  user: {
    userOrder: `SELECT order_id, user_id, placed_at, status, delivered, total FROM "userOrder" WHERE order_id = $1`,
    userRating: `SELECT r.id, r.order_rating, r.agent_rating, r.created_at
      FROM "userRating" r JOIN "userOrder" o ON o.id = r.user_order_id WHERE o.order_id = $1`,
  },
  restaurant: {
    OrderGroup: `SELECT id, user_id, status, total, rating FROM "OrderGroup" WHERE id = $1`,
    Order: `SELECT id, order_group_id, restaurant_id, restaurant_name, status, total FROM "Order" WHERE order_group_id = $1`,
    OrderItem: `SELECT i.order_id, i.name, i.quantity, i.price FROM "OrderItem" i
      JOIN "Order" o ON o.id = i.order_id JOIN "MenuItem" m ON m.id = i.menu_item_id
      WHERE o.order_group_id = $1 ORDER BY m.position`,
    Restaurant: `SELECT r.id, r.name, r.rating, r.rating_count FROM "Restaurant" r
      WHERE r.id IN (SELECT restaurant_id FROM "Order" WHERE order_group_id = $1)`,
  },
  delivery: {
    DeliveryAssignment: `SELECT "orderId", "agentId", status, "assignedAt", "pickedUpAt", "completedAt", rating
      FROM "DeliveryAssignment" WHERE "orderId" = $1`,
    DilveryAgent: `SELECT a.id, a.name, a.agent_status, a.rating, a."ratingCount" FROM "DilveryAgent" a
      JOIN "DeliveryAssignment" d ON d."agentId" = a.id WHERE d."orderId" = $1`,
  },
};

interface ExpectedRows {
  /** The tables without a row of the order; every other one has at least one. */
  without?: string[];
  /** The value of every `status` column. */
  status?: string;
}

/** The order's rows in the three databases. Throws when they are not as expected. */
async function printRows(system: SystemVariables, { orderId }: Order, expected: ExpectedRows): Promise<void> {
  heading(`The rows of order ${orderId.slice(0, 8)}`, 'one database per service; ids shortened');
  for (const service of serviceNames) {
    const url = system[`${service.toUpperCase() as Uppercase<ServiceName>}_DATABASE_URL`];
    for (const [table, sql] of Object.entries(tables[service])) {
      const rows = await query<Row>(url, sql, [orderId]);
      print(`  ${service}_service ${styleText('cyan', table)}`);
      if (rows.length > 0) printTable(rows);
      else print(dim('    none'));
      if ((rows.length === 0) !== (expected.without?.includes(table) ?? false))
        throw new Error(`${table} has ${rows.length} rows of the order`);
      if (expected.status && rows.some(({ status }) => status !== undefined && status !== expected.status))
        throw new Error(`not every row in ${table} is ${expected.status}`);
    }
  }
}

/** The queues and how many messages went through each. Waits until RabbitMQ has counted this order's rating, the last message. */
async function printQueues(managementUrl: string | undefined): Promise<void> {
  heading('The messages', 'requests and replies over durable queues, ratings over a fanout exchange');
  if (managementUrl === undefined) return print('    (RABBITMQ_MANAGEMENT_URL is not set: no queues are shown)');
  const counted = await until('the statistics of the queues', async () => {
    const found = await listQueues(managementUrl);
    const last = found.find(({ name }) => name === queues.deliveryRatings);
    return last?.message_stats?.ack && last.messages === 0 ? found : undefined;
  });
  const ours = new Set<string>(Object.values(queues));
  const rows = counted.map(({ name, messages = 0, consumers = 0, message_stats: { publish = 0, ack = 0 } = {} }) => ({
    queue: name,
    waiting: messages,
    consumers,
    published: publish,
    acknowledged: ack,
  }));
  printTable(rows.filter(({ queue, waiting }) => ours.has(queue) || waiting > 0));
}

type EndedWorkflow = [workflowId: string, status: WorkflowExecutionStatusName];

/** The workflows' histories in brief, with links to the Web UI. Waits until each has ended. Throws when one ends in another way. */
async function printWorkflows(system: SystemVariables, workflows: EndedWorkflow[]): Promise<void> {
  const { TEMPORAL_UI_URL: ui, TEMPORAL_NAMESPACE: namespace } = system;
  const rows = await withTemporal(system, (client) => Promise.all(workflows.map((each) => summarize(client, each))));
  heading('The workflows', 'a regular activity means that a service was slow or down');
  printTable(rows);
  if (!ui) return;
  print('\n  In the Web UI:');
  for (const [id] of workflows) print(`    ${styleText('underline', `${ui}/namespaces/${namespace}/workflows/${id}`)}`);
}

async function summarize(client: Client, [workflowId, expected]: EndedWorkflow) {
  const handle = client.workflow.getHandle(workflowId);
  const { status, startTime, closeTime, historyLength } = await until(`${workflowId} ends`, async () => {
    const description = await handle.describe();
    return description.status.name !== 'RUNNING' && description;
  });
  if (status.name !== expected) throw new Error(`${workflowId} ended ${status.name}, not ${expected}`);
  const events = (await handle.fetchHistory()).events ?? [];
  const markers = events.map((event) => event.markerRecordedEventAttributes?.markerName);
  return {
    workflow: workflowId,
    status: expected,
    events: historyLength,
    updates: events.filter((event) => event.workflowExecutionUpdateCompletedEventAttributes).length,
    'local activities': markers.filter((name) => name === 'core_local_activity').length,
    'regular activities': events.filter((event) => event.activityTaskScheduledEventAttributes).length,
    took: `${(closeTime?.getTime() ?? 0) - startTime.getTime()} ms`,
  };
}
