/** Repairs of orders that two restaurants decide on. */
import { addAgent, agentOf, deliver, pageOf, type Placed } from './fixtures/platform';
import { repair, resetBefore, terminate } from './fixtures/repairs';
import { decidePart, partOf, placedAtTwo } from './fixtures/two-kitchens';

const isMended = async ({ order_id }: Placed): Promise<void> =>
  expect(await repair(['--yes', '--order', order_id])).toMatchObject({
    code: 0,
    orders: [{ result: { repaired: true } }],
  });

async function isDelivered(order: Placed): Promise<void> {
  await agentOf(order);
  await deliver(order);
}

describe('an order of two restaurants whose run was terminated', () => {
  test('after one has confirmed, waits for the other alone after a repair', async () => {
    const { order, a, b } = await placedAtTwo();
    await decidePart(order, 'CONFIRMED', a);
    await terminate(order);
    await isMended(order);
    await addAgent();
    expect((await decidePart(order, 'CONFIRMED', b)).status).toBe(200);
    await isDelivered(order);
    expect(await pageOf(order)).toMatchObject({ status: 'CONFIRMED', total: 9 });
  });

  test('after one has refused, continues without it under keep_rest', async () => {
    const { order, a, b } = await placedAtTwo('keep_rest');
    await decidePart(order, 'CANCELLED', b, 'no gas');
    await terminate(order);
    await isMended(order);
    await addAgent();
    expect((await decidePart(order, 'CONFIRMED', a)).status).toBe(200);
    await isDelivered(order);
    expect(await pageOf(order)).toMatchObject({ status: 'CONFIRMED', total: 4.5 });
    expect([await partOf(order, a), await partOf(order, b)]).toEqual(['CONFIRMED', 'CANCELLED']);
  });

  test('before any has decided, keeps keep_rest', async () => {
    const { order, a, b } = await placedAtTwo('keep_rest');
    await terminate(order);
    await isMended(order);
    expect((await decidePart(order, 'CANCELLED', b, 'no gas')).status).toBe(200);
    await addAgent();
    expect((await decidePart(order, 'CONFIRMED', a)).status).toBe(200);
    await agentOf(order);
    expect(await pageOf(order)).toMatchObject({ status: 'CONFIRMED', total: 4.5 });
  });
});

test('an order reset to before one refusal and one confirmation gets both again from a repair', async () => {
  const { order, a, b } = await placedAtTwo('keep_rest');
  await addAgent();
  await decidePart(order, 'CANCELLED', b, 'no gas');
  await decidePart(order, 'CONFIRMED', a);
  await agentOf(order);
  await resetBefore('decide', order);
  await isMended(order);
  await isDelivered(order);
  expect(await pageOf(order)).toMatchObject({ status: 'CONFIRMED', total: 4.5 });
  expect([await partOf(order, a), await partOf(order, b)]).toEqual(['CONFIRMED', 'CANCELLED']);
});
