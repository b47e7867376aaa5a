import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { connectionTo } from '../../lib/postgres/session';
import { openEventStream, type EventStream } from '../platform/event-stream';
import { query } from '../platform/system';
import { anOperator, authorization } from '../stack/access';
import { readCpu, readMemory } from '../measure/processes';
import { summarize } from '../measure/statistics';
import { measureOrders, type Bench } from './bench';

/** Of one address a process takes 500 connections. */
const perAddress = 400;
/** Long enough for a process that does next to nothing to be measured. */
const idleMs = 5_000;

/** Open streams of orders in one process, and how long an event takes from its commit to a client. */
export async function measureStreams(bench: Bench, perSecond: number) {
  const { env, roots, settings, say } = bench;
  const { USER_DATABASE_URL: url, USER_SERVICE_URL: address } = env;
  const headers = () => authorization(anOperator);
  const openStream = (path: string, onEvent: (orderId: string) => void, number = 0): EventStream =>
    openEventStream(address + path, {
      headers,
      onEvent: ({ data }) => onEvent(data.order_id),
      comesBack: false,
      localAddress: `127.0.0.${2 + Math.floor(number / perAddress)}`,
    });

  say(`${settings.streams} open streams`);
  const before = await readIdle(bench);
  const orderIds = await addOpenOrders(url, settings.streams);
  const idle: EventStream[] = [];
  const hasFirstEvent = (id: string, number: number) =>
    new Promise<unknown>((resolve) => idle.push(openStream(`/orders/${id}/events`, resolve, number)));
  await Promise.all(orderIds.map(hasFirstEvent));
  const during = await readIdle(bench);

  say(`events at ${perSecond.toFixed(1)} orders/s, to the order's and the operator's stream`);
  const [toOrder, toOperator]: number[][] = [[], []];
  const committed = { order: new Map<string, number[]>(), operator: new Map<string, number[]>() };
  const arrive = (due: Map<string, number[]>, times: number[]) => (orderId: string) => {
    const since = due.get(orderId)?.shift();
    if (since !== undefined) times.push(performance.now() - since);
  };
  const ofOrders: EventStream[] = [];
  const opened = new Set<string>();
  const witness = await listenToCommits(url, (orderId) => {
    const now = performance.now();
    for (const due of Object.values(committed)) due.set(orderId, [...(due.get(orderId) ?? []), now]);
    if (committed.order.get(orderId)?.length === 1 && !opened.has(orderId)) {
      committed.order.set(orderId, []); // its first events are there before its stream
      opened.add(orderId);
      ofOrders.push(openStream(`/orders/${orderId}/events`, arrive(committed.order, toOrder ?? []), ofOrders.length));
    }
  });
  const operator = openStream('/events', arrive(committed.operator, toOperator ?? []));
  await measureOrders(bench, { perSecond, rampMs: settings.rampMs[50], windowMs: settings.openLoopMs });
  await witness.end();
  for (const stream of [...idle, ...ofOrders, operator]) stream.close();
  await query(url, 'DELETE FROM "userOrder" WHERE order_id = ANY($1::uuid[])', [orderIds]);
  return {
    open: settings.streams,
    /** Of the user API: megabytes, and milliseconds of processor time a second. */
    memoryMb: { before: before.memoryMb, during: during.memoryMb },
    cpuMsPerSecond: { before: before.cpuMsPerSecond, during: during.cpuMsPerSecond },
    /** From an event's commit to the client, in milliseconds. */
    toOrder: summarize(toOrder ?? []),
    toOperator: summarize(toOperator ?? []),
  };

  async function readIdle({ roots: all }: Bench) {
    const api = { 'api-user': all['api-user'] ?? 0 };
    const since = readCpu(api)?.['api-user'];
    await sleep(idleMs);
    const until = readCpu(api)?.['api-user'];
    const cpuMsPerSecond = since === undefined || until === undefined ? null : ((until - since) / idleMs) * 1_000;
    return { memoryMb: readMemory(roots)?.['api-user'] ?? null, cpuMsPerSecond };
  }
}

/** Orders that are placed, and nothing more. */
async function addOpenOrders(url: string, count: number): Promise<string[]> {
  const rows = await query<{ id: string }>(
    url,
    `WITH added AS (
       INSERT INTO "userOrder" (order_id, user_id, placed_at)
       SELECT gen_random_uuid(), gen_random_uuid(), now() FROM generate_series(1, ${count}) RETURNING order_id
     ), logged AS (
       INSERT INTO "OrderEvent" (order_id, n, key, type, at, data)
       SELECT order_id, 1, 'placed', 'placed', now(), '{"status": "PENDING", "delivery": null, "restaurant_ids": []}' FROM added
     )
     SELECT order_id AS id FROM added`,
  );
  return rows.map(({ id }) => id);
}

/** Calls back for each transaction that has appended to an order's log, as soon as it is committed. */
async function listenToCommits(url: string, onCommit: (orderId: string) => void): Promise<Client> {
  const client = new Client(connectionTo(url));
  await client.connect();
  client.on('notification', ({ payload = '' }) => payload !== 'all' && onCommit(payload));
  await client.query('LISTEN order_events');
  return client;
}
