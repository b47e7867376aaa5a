/** A system with tracing: an order is one trace, and the requests to it are traces that are linked with it. */
import { randomUUID } from 'node:crypto';
import { startCollector, type Collector, type Span } from '../../tools/trace/collector';
import {
  addAgent,
  addKitchen,
  agentOf,
  anOrderOf,
  call,
  cancel,
  decide,
  deliver,
  delivered,
  pageOf,
  placed,
  rate,
} from '../e2e/fixtures/platform';
import { pathOf, spanWhere, spansOfTrace } from '../fixtures/traces';
import { until } from '../fixtures/until';
import { ownSystem, removeSystem, type OwnSystem } from './fixtures/own-system';

jest.setTimeout(180_000); // a whole system starts slowly on a busy machine

let collector: Collector;
let system: OwnSystem;
beforeAll(async () => {
  collector = await startCollector();
  system = await ownSystem(collector.environment);
});
afterAll(async () => {
  await removeSystem();
  await collector.close();
});

const ofOrder = (orderId: string, name: string) => (span: Span) =>
  span.name === name && span.attributes.order_id === orderId;
/** The run's span is the last of an order's trace; other processes may still hold a batch. */
const endOf = (orderId: string, name = 'RunWorkflow:orderWorkflow'): Promise<Span> =>
  spanWhere(collector, `${name} of the order`, ofOrder(orderId, name));
/** The paths of a trace's spans, once all of these have arrived. */
const pathsOf = (traceId: string, wanted: readonly string[]): Promise<string[]> =>
  until('the trace is complete', () => {
    const spans = spansOfTrace(collector.spans(), traceId);
    const paths = spans.map((span) => `${span.service}: ${pathOf(span, spans)}`);
    const missing = wanted.filter((path) => !paths.includes(path));
    if (missing.length > 0) throw new Error(`missing ${missing.join(', ')} in\n${paths.join('\n')}`);
    return paths;
  });

const start = 'POST /orders > UpdateWithStartWorkflow:orderWorkflow';

test('the trace of an order that waits and that of the agent who joins are linked', async () => {
  const order = await placed(); // the first: no other test has left an agent
  expect((await decide(order, 'CONFIRMED')).status).toBe(200);
  await spanWhere(collector, 'of the queue', ofOrder(order.order_id, 'RunActivity:confirmOrder'));
  await addAgent();
  await agentOf(order);
  await deliver(order);
  const { traceId } = await endOf(order.order_id);
  const notified =
    'POST /agents > publish agent-assigned-queue > process agent-assigned-queue > SignalWorkflow:agentAssigned';
  const joined = await spanWhere(collector, 'of the agent', ({ name }) => name === 'POST /agents');
  await pathsOf(joined.traceId, [`worker-order: ${notified} > HandleSignal:agentAssigned`]);
  await pathsOf(traceId, [`worker-order: ${start} > HandleSignal:agentAssigned`]);
  const linked = collector.spans().filter(ofOrder(order.order_id, 'HandleSignal:agentAssigned'));
  expect(linked.flatMap(({ links }) => links.map((link) => link.traceId)).sort()).toEqual(
    [traceId, joined.traceId].sort(),
  );
});

test('an order is one trace, from its placement over queues and databases to its end', async () => {
  const { order_id } = await delivered();
  const { traceId } = await endOf(order_id);
  const create = `${start} > RunActivity:placeOrder > request place-order-queue > process place-order-queue`;
  const assign = `${start} > RunActivity:confirmOrder > request assign-dilvery-agent-queue > process assign-dilvery-agent-queue`;
  const paths = await pathsOf(traceId, [
    'api-user: POST /orders',
    `api-user: ${start}`,
    `worker-order: ${start} > RunWorkflow:orderWorkflow`,
    `worker-order: ${start} > HandleUpdate:place`,
    `worker-order: ${start} > RunActivity:placeOrder > INSERT userOrder`,
    `worker-restaurant: ${create}`,
    `worker-restaurant: ${create} > prisma:client:transaction > INSERT OrderGroup`,
    `worker-order: ${start} > HandleUpdate:decide`,
    `worker-restaurant: ${start} > RunActivity:confirmOrder > request change-order-status-queue > process change-order-status-queue > UPDATE OrderGroup`,
    `worker-delivery: ${assign} > INSERT DeliveryAssignment`,
    `worker-order: ${start} > HandleUpdate:moveDelivery`,
    `worker-delivery: ${start} > RunActivity:changeDelivery > request update-dilvery-status-queue > process update-dilvery-status-queue`,
    // The last span of the trace: once it is there, none is missing.
    `worker-delivery: ${start} > RunActivity:completeDelivery > request update-dilvery-status-queue > process update-dilvery-status-queue`,
  ]);
  expect(paths.filter((path) => path.includes('(missing)'))).toEqual([]);
});

test("a decision is a trace of its own, linked with the order's in both directions", async () => {
  const { order_id } = await delivered();
  const order = await endOf(order_id);
  const request = await spanWhere(collector, 'of the decision', ofOrder(order_id, 'POST /orders/:order_id/decision'));
  const handled = collector.spans().filter(ofOrder(order_id, 'HandleUpdate:decide'));
  expect(handled).toHaveLength(2);
  const [inOrder, inRequest] = [order, request].map(({ traceId }) => handled.find((each) => each.traceId === traceId));
  expect(inOrder?.links.map(({ traceId }) => traceId)).toEqual([request.traceId]);
  expect(inRequest?.links).toEqual([{ traceId: order.traceId, spanId: order.parentId }]);
  expect(request.traceId).not.toBe(order.traceId);
});

test('a rating is one trace from the request to both services', async () => {
  const order = await delivered();
  expect((await rate(order, 5, 4)).status).toBe(201);
  const { traceId } = await endOf(order.order_id, 'RunWorkflow:ratingWorkflow');
  const published =
    'POST /ratings > UpdateWithStartWorkflow:ratingWorkflow > RunActivity:publishRating > publish ratings-exchange';
  await pathsOf(traceId, [
    `worker-order: ${published}`,
    `worker-restaurant: ${published} > process ratings-exchange.restaurant > prisma:client:transaction > UPDATE Restaurant`,
    `worker-delivery: ${published} > process ratings-exchange.delivery > prisma:client:transaction > UPDATE DilveryAgent`,
  ]);
});

test('an order page is one trace over all three services', async () => {
  const order = await placed();
  await pageOf(order);
  const page = await spanWhere(collector, 'of the page', ofOrder(order.order_id, 'GET /orders/:order_id'));
  await pathsOf(page.traceId, [
    'api-restaurant: GET /orders/:order_id > GET > GET /orders',
    'api-delivery: GET /orders/:order_id > GET > GET /deliveries/:order_id',
  ]);
});

test('a request by an old name has a span of that name', async () => {
  const kitchen = await addKitchen();
  const answer = await call('user', 'POST', '/place-order', anOrderOf(kitchen));
  expect(answer.status).toBe(200);
  const { traceId } = await spanWhere(
    collector,
    'of the start',
    ofOrder(String(answer.body.order_id), 'UpdateWithStartWorkflow:orderWorkflow'),
  );
  await pathsOf(traceId, ['api-user: POST /place-order']);
});

test("no span holds a user id or a user's text", async () => {
  const order = await placed();
  const reason = `my aunt is ill ${randomUUID()}`;
  expect((await cancel(order, { reason })).status).toBe(200);
  await endOf(order.order_id);
  const said = JSON.stringify(collector.spans());
  expect(said).toContain(order.order_id);
  expect(said).not.toContain(order.user_id);
  expect(said).not.toContain(reason);
});

test('without a collector the system continues, and each process logs one warning', async () => {
  await collector.close();
  await delivered();
  await delivered();
  const lost = async () => (await system.logOf('worker-order')).split('"traces-lost"').length - 1;
  await until('the warning is logged', async () => (await lost()) > 0);
  await delivered();
  expect(await lost()).toBe(1);
});
