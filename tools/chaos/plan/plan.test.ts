import { parts } from './faults';
import { fates } from './orders';
import { makePlan } from './plan';

test('the same seed gives the same plan, another seed another', () => {
  expect(makePlan(7, 60)).toEqual(makePlan(7, 60));
  expect(makePlan(8, 60)).not.toEqual({ ...makePlan(7, 60), seed: 8 });
});

test.each([1, 2, 3, 4, 5])('with seed %i every fate comes up in 30 orders, and every part is killed', (seed) => {
  const plan = makePlan(seed, 30);
  expect(new Set(plan.orders.map(({ fate }) => fate))).toEqual(new Set(fates));
  const killed = plan.faults.flatMap((fault) => (fault.kind === 'kill' ? [fault.part] : []));
  expect(new Set(killed)).toEqual(new Set(parts));
  expect(new Set(plan.faults.map(({ kind }) => kind))).toEqual(new Set(['kill', 'freeze', 'lock', 'stall']));
});

test('each order of a plan has a customer of its own', () => {
  const { orders } = makePlan(1, 200);
  expect(new Set(orders.map(({ userId }) => userId)).size).toBe(200);
});
