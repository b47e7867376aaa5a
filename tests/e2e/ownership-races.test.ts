/** Callers who send at once what they may do and what they may not, each with their own token: no command reaches what is another's. */
import { randomUUID } from 'node:crypto';
import type { Caller } from '../../contracts/access';
import { repeat } from '../fixtures/repeat';
import { aCourier, aCustomer, aRestaurant, authorization } from '../fixtures/tokens';
import { until } from '../fixtures/until';
import { addAgent, assigned, call, pageOf, type Placed } from './fixtures/platform';
import { partOf, placedAtTwo } from './fixtures/two-kitchens';

const races = Array.from({ length: repeat }, (_, i) => i);

type Request = [service: 'user' | 'restaurant' | 'delivery', method: 'POST' | 'PATCH', path: string, body: object];

const as = async (caller: Caller, ...request: Request): Promise<number> =>
  (await call(...request, await authorization(caller))).status;

/** Sends all at once, the last one first every other time. */
const atOnce = async (race: number, ...requests: (() => Promise<number>)[]): Promise<number[]> => {
  if (race % 2 === 0) return Promise.all(requests.map((send) => send()));
  return (await Promise.all(requests.toReversed().map((send) => send()))).reverse();
};

describe('a courier who hands a job back and moves it at once', () => {
  const decline = ({ order_id, agent_id }: Job) =>
    as(aCourier(agent_id), 'delivery', 'POST', `/deliveries/${order_id}/decline`, { agent_id });
  const move = ({ order_id, agent_id }: Job, status: string) =>
    as(aCourier(agent_id), 'delivery', 'PATCH', `/deliveries/${order_id}`, { status });

  test.each([
    ['PICKED_UP', { status: 'CONFIRMED', delivery: { status: 'PICKED_UP' } }],
    ['CANCELLED', { status: 'CANCELLED' }],
  ])('to %s does one of both, and never moves the next courier’s job', async (status, moved) => {
    for (const race of races) {
      const job = await assigned();
      await addAgent();
      const [declining = 0, moving = 0] = await atOnce(
        race,
        () => decline(job),
        () => move(job, status),
      );
      if (moving === 200) {
        expect(declining).toBe(409);
        const { agent_id } = job;
        expect(await pageOf(job)).toMatchObject({ ...moved, agent: { agent_id } });
        if (status === 'PICKED_UP') expect(await move(job, 'DELIVERED')).toBe(200); // frees the courier for the others
        continue;
      }
      expect([declining, moving]).toEqual([200, 404]);
      const next = await nextJob(job);
      expect(await pageOf(next)).toMatchObject({ status: 'CONFIRMED', delivery: { status: 'PENDING' } });
      expect(await move(job, status)).toBe(404);
      expect(await move(next, 'PICKED_UP')).toBe(200);
      expect(await move(next, 'DELIVERED')).toBe(200);
    }
  });
});

interface Job extends Placed {
  agent_id: string;
}

/** The same order once another courier has it. */
const nextJob = (job: Job): Promise<Job> =>
  until('another courier has the job', async () => {
    const agent_id = (await pageOf(job)).agent?.agent_id;
    return agent_id !== undefined && agent_id !== job.agent_id && { ...job, agent_id };
  });

test('a restaurant that decides its own part, another’s part and the whole order at once decides its own alone', async () => {
  for (const race of races) {
    const { order, a, b } = await placedAtTwo('keep_rest');
    const decide = (body: object) => () =>
      as(aRestaurant(a.id), 'restaurant', 'POST', `/orders/${order.order_id}/decision`, { reason: 'no gas', ...body });
    const answers = await atOnce(
      race,
      decide({ status: 'CONFIRMED', restaurant_id: a.id }),
      decide({ status: 'CANCELLED', restaurant_id: b.id }),
      decide({ status: 'CANCELLED' }),
    );
    expect(answers).toEqual([200, 404, 403]);
    expect([await partOf(order, a), await partOf(order, b)]).toEqual(['CONFIRMED', 'PENDING']);
  }
});

test('another customer’s cancel, sent at once with the restaurant’s decision, cancels nothing', async () => {
  for (const race of races) {
    const { order, a } = await placedAtTwo();
    const answers = await atOnce(
      race,
      () => as(aCustomer(randomUUID()), 'user', 'POST', `/orders/${order.order_id}/cancel`, {}),
      () =>
        as(aRestaurant(a.id), 'restaurant', 'POST', `/orders/${order.order_id}/decision`, {
          status: 'CONFIRMED',
          restaurant_id: a.id,
        }),
    );
    expect(answers).toEqual([404, 200]);
    expect(await pageOf(order)).toMatchObject({ status: 'PENDING' });
    expect(await as(aCustomer(order.user_id), 'user', 'POST', `/orders/${order.order_id}/cancel`, {})).toBe(200);
  }
});
