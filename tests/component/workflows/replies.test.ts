/** The saga's anomalies, forced: replies that arrive late, twice or never, from a service under the test's control. */
import { createOrderActivities, type OrderRecords } from '../../../activities/orders';
import { queues } from '../../../contracts/names';
import { openPlatformBroker, type Broker } from '../../../lib/broker/broker';
import { createLog } from '../../../lib/logging/log';
import { aFakePeer } from '../../fixtures/fake-peer';
import { isolatedBroker, type Isolated } from '../../fixtures/isolation';
import { confirm, done, orderStage } from '../../fixtures/order-stage';

const { given } = orderStage();
let vhost: Isolated;
let broker: Broker;
let peer: Awaited<ReturnType<typeof aFakePeer>>;
beforeAll(async () => {
  vhost = await isolatedBroker();
  const log = createLog('test', 'silent');
  broker = await openPlatformBroker({ url: vhost.url, name: 'order worker', log });
  peer = await aFakePeer(vhost.url);
});
afterAll(async () => {
  await peer.close();
  await broker.close();
  await vhost.drop();
});

const created = (total: string) => ({ outcome: 'created', total });
const rejected = { outcome: 'rejected', reason: 'no soup today' };

/** An order whose restaurant side is the fake peer. */
const anOrder = (policy: { attemptMs?: number; retryIntervalMs?: number; placementLimitMs?: number } = {}) => {
  const restaurant = createOrderActivities({ broker, records: {} as OrderRecords });
  return given(
    { createOrder: (order) => restaurant.createOrder(order), changeOrder: (change) => restaurant.changeOrder(change) },
    policy,
  );
};

test('reply after its timeout: it does not count as the reply to the attempt in flight', async () => {
  const order = await anOrder({ attemptMs: 3_000, retryIntervalMs: 100 });
  const first = await peer.next(queues.placeOrder);
  const second = await peer.next(queues.placeOrder); // the first one has timed out
  first.reply(rejected);
  second.reply(created('9.00'));
  expect(await order.place()).toMatchObject({ outcome: 'placed', total: '9.00' });
  expect(second.correlationId).not.toBe(first.correlationId);
});

test('reply twice: the first one counts, and the second is not the reply to the next request', async () => {
  const order = await anOrder();
  let again = (): void => undefined;
  const placement = await peer.answer(queues.placeOrder, order.place(), ({ reply }) => {
    reply(created('9.00'));
    reply(rejected);
    again = () => reply({ outcome: 'refused', status: 'CANCELLED' });
  });
  expect(placement).toMatchObject({ outcome: 'placed', total: '9.00' });
  const confirmation = await peer.answer(queues.changeOrderStatus, confirm(order), ({ reply }) => {
    again(); // while the next reply is awaited
    reply({ outcome: 'changed', total: '9.00' });
    reply({ outcome: 'refused', status: 'CANCELLED' });
  });
  expect(confirmation).toEqual(done);
  expect(await order.sees('agent assigned')).toMatchObject({ status: 'CONFIRMED', total: '9.00' });
});

test('reply never: the step is retried, and the reply to a later attempt counts', async () => {
  const order = await anOrder({ attemptMs: 400, retryIntervalMs: 100 });
  for (let unanswered = 0; unanswered < 3; unanswered++) await peer.next(queues.placeOrder);
  const placement = await peer.answer(queues.placeOrder, order.place(), ({ reply }) => reply(created('9.00')));
  expect(placement).toMatchObject({ outcome: 'placed', total: '9.00' });
});

test('reply never until the limit expires: the order is cancelled and undone', async () => {
  const order = await anOrder({ placementLimitMs: 1_500 });
  await peer.next(queues.placeOrder);
  const undone = await peer.answer(queues.changeOrderStatus, order.handle.result(), ({ reply }) =>
    reply({ outcome: 'changed' }),
  );
  expect(undone).toMatchObject({ reason: 'the restaurant side did not answer in time' });
  expect(await order.place()).toMatchObject({ outcome: 'cancelled' });
});
