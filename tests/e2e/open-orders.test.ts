/** How many open orders a customer may have, on the running system. */
import { randomUUID } from 'node:crypto';
import { aCustomer, authorization } from '../fixtures/tokens';
import { addKitchen, anOrderOf, ask, call, cancel, historyOf } from './fixtures/platform';

const tooMany = { status: 409, body: { success: false, code: 'TOO_MANY_OPEN_ORDERS' } };

test('a customer with 20 open orders gets no other one until one has ended; operators are not limited', async () => {
  const body = anOrderOf(await addKitchen());
  const customer = await authorization(aCustomer(body.user_id));
  const place = (key: string = randomUUID()) =>
    call('user', 'POST', '/orders', body, { ...customer, 'Idempotency-Key': key });
  const placed = await Promise.all(Array.from({ length: 20 }, () => place()));
  expect(placed.map(({ status }) => status)).toEqual(placed.map(() => 201));

  const key = randomUUID();
  const refused = await place(key);
  expect(refused).toMatchObject(tooMany);
  expect(refused.body.message).toContain('20 orders of yours are open');
  expect(await historyOf(body)).toHaveLength(20);

  expect((await ask('user', 'POST', '/orders', body)).status).toBe(201);
  for (const each of placed.slice(0, 2))
    expect((await cancel({ order_id: each.body.order_id ?? '', user_id: body.user_id })).status).toBe(200);
  expect(await place(key)).toMatchObject(tooMany); // a refusal stays under its key
  expect((await place()).status).toBe(201);
});
