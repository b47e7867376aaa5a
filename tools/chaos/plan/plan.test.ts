import { faultKinds, makePlan, parts } from './plan';
import { scenarios } from './orders';

test('a seed always gives the same plan, and another seed another one', () => {
  expect(makePlan(7, 60)).toEqual(makePlan(7, 60));
  expect(makePlan(8, 60)).not.toEqual({ ...makePlan(7, 60), seed: 8 });
});

test.each([1, 2, 3, 4, 5])(
  '30 orders with seed %i cover every scenario, kill every part and use every kind of fault',
  (seed) => {
    const plan = makePlan(seed, 30);
    expect(new Set(plan.orders.map(({ scenario }) => scenario))).toEqual(new Set(scenarios));
    const killed = plan.faults.flatMap((fault) => (fault.kind === 'kill' ? [fault.part] : []));
    expect(new Set(killed)).toEqual(new Set(parts));
    expect(new Set(plan.faults.map(({ kind }) => kind))).toEqual(new Set(faultKinds));
  },
);

test('each order of a plan has its own customer', () => {
  const { orders } = makePlan(1, 200);
  expect(new Set(orders.map(({ userId }) => userId)).size).toBe(200);
});
