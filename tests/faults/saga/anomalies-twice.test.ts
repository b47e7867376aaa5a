/**
 * The saga's anomalies, forced: the local and the durable attempt at a step both take effect, one after the other or at the same time. Real
 * queues, handlers and databases. The result is the same as with a single attempt, for every step.
 */
import { cancelUpdate, declineUpdate } from '../../../workflows/messages';
import { aGate } from '../../fixtures/gate';
import { confirm, move } from '../../fixtures/order-stage';
import { wholeSaga, type Between, type Step } from '../../fixtures/whole-saga';
import type { OrderUnderTest } from '../../fixtures/workflows';

const { between, given, rowsOf, attemptsAt } = wholeSaga();

interface Course {
  run: (order: OrderUnderTest) => Promise<unknown>;
  rows: object;
  events: string[];
  steps: Step[];
}

const confirmed = ['placed', 'accepted by the restaurant side', 'confirmed by the restaurant', 'agent assigned'];
const bring = async (order: OrderUnderTest): Promise<void> => {
  await order.place();
  await confirm(order);
  await order.sees('agent assigned');
};

const courses: Record<string, Course> = {
  delivered: {
    async run(order) {
      await bring(order);
      await move(order, 'PICKED_UP');
      await move(order, 'DELIVERED');
    },
    rows: {
      record: 'CONFIRMED, delivered',
      group: 'CONFIRMED',
      parts: ['CONFIRMED, 1 item(s)'],
      delivery: 'DELIVERED',
      busyAgents: 0,
    },
    events: [...confirmed, 'picked up', 'delivered'],
    steps: [
      'recordOrder',
      'createOrder',
      'changeOrder CONFIRMED',
      'recordProgress CONFIRMED',
      'assignAgent',
      'changeDelivery PICKED_UP',
      'changeDelivery DELIVERED',
      'recordProgress DELIVERED',
    ],
  },
  'handed back and cancelled': {
    async run(order) {
      await bring(order);
      await order.update(declineUpdate, {});
      await order.update(cancelUpdate, {});
    },
    rows: {
      record: 'CANCELLED',
      group: 'CANCELLED',
      parts: ['CANCELLED, 1 item(s)'],
      delivery: 'CANCELLED',
      busyAgents: 0,
    },
    events: [...confirmed, 'handed back', 'cancelling', 'cancelled'],
    steps: ['changeDelivery DECLINED', 'changeOrder CANCELLED', 'changeDelivery CANCELLED', 'recordProgress CANCELLED'],
  },
};

/** Events that may differ: the order of compensations, a second agent, and a slow service. */
const aside = /^(undone|agent assigned)$|slow or unavailable/;
const eventsOf = async (order: OrderUnderTest): Promise<string[]> =>
  (await order.view()).timeline.map(({ event }) => event);
const ofCourse = (events: string[]): string[] => events.filter((event) => !aside.test(event));

const ways: [string, () => { does: Between; end: () => void }][] = [
  [
    'one after the other',
    () => {
      const over = aGate();
      const does: Between = async (handle, attempt) => {
        const reply = await handle();
        if (attempt === 1) await over.promise; // its reply arrives after the order has ended
        return reply;
      };
      return { does, end: over.open };
    },
  ],
  [
    'at the same time',
    () => {
      const second = aGate();
      const does: Between = async (handle, attempt) => {
        if (attempt === 2) second.open();
        await second.promise;
        return handle();
      };
      return { does, end: second.open };
    },
  ],
];

const cases = Object.entries(courses).flatMap(([course, { steps }]) =>
  steps.flatMap((step) => ways.map(([way]) => [step, way, course] as const)),
);

describe('local and durable attempt both take effect', () => {
  test.each(cases)('%s, %s: the order is %s as with one attempt', async (step, way, course) => {
    const { run, rows, events } = courses[course] as Course;
    const both = new Map(ways).get(way)?.();
    if (!both) throw new Error(`no such way: ${way}`);
    between(step, both.does);
    const order = await given();
    try {
      await run(order);
    } finally {
      both.end();
    }
    await order.handle.result();
    expect(attemptsAt(step)).toBeGreaterThanOrEqual(2);
    expect(await rowsOf(order)).toEqual(rows);
    expect(ofCourse(await eventsOf(order))).toEqual(ofCourse(events));
  });

  test.each(Object.keys(courses))(
    'for comparison: an order that is %s with each step executed once',
    async (course) => {
      const { run, rows, events, steps } = courses[course] as Course;
      const order = await given();
      await run(order);
      await order.handle.result();
      expect(await rowsOf(order)).toEqual(rows);
      expect(ofCourse(await eventsOf(order))).toEqual(ofCourse(events));
      for (const step of steps) expect(attemptsAt(step)).toBeGreaterThanOrEqual(1);
    },
  );
});
