import { z } from 'zod';
import { messageOf } from './ask';
import type { Known, Scene } from './scene';

const deliveryAnswer = z.object({
  data: z.object({ status: z.string(), agent_id: z.string(), agent_name: z.string() }),
});
const history = z.object({ data: z.object({ orders: z.array(z.object({ status: z.string() })) }) });

export interface Job {
  agentId: string;
  agentName: string;
}

const lookEveryMs = 500;
/** Looks at the delivery so often before it looks whether the order is still wanted. */
const looksBeforeDoubt = 3;

/** Waits for the order's agent, another than `not`; undefined when the order is over without one. */
export async function awaitJob(scene: Scene, order: Known, not?: Job): Promise<Job | undefined> {
  const { ask, addresses } = scene;
  const url = `${addresses.DELIVERY_SERVICE_URL}/deliveries/${order.orderId}`;
  const hasPatience = ask.patience();
  for (let looks = 1; hasPatience(); looks += 1) {
    const answer = await ask.once({ ...about(order), method: 'GET', url });
    if (answer?.status === 200) {
      const { status, agent_id: agentId, agent_name: agentName } = deliveryAnswer.parse(answer.body).data;
      if (status === 'CANCELLED') return undefined;
      if (agentId !== not?.agentId) return { agentId, agentName };
    }
    if (looks % looksBeforeDoubt === 0 && (await isOver(scene, order))) return undefined;
    await ask.pause(lookEveryMs);
  }
  return undefined;
}

/** By the customer's record: the restaurant side may never have heard of an order that was cancelled early. */
async function isOver({ ask, addresses }: Scene, order: Known): Promise<boolean> {
  const url = `${addresses.USER_SERVICE_URL}/users/${order.planned.userId}/orders`;
  const answer = await ask.once({ ...about(order), method: 'GET', url });
  return answer?.status === 200 && history.parse(answer.body).data.orders.some(({ status }) => status === 'CANCELLED');
}

/** Takes a step and repeats it until it is answered. `too early`: the step before it has not been taken. */
async function step(
  { ask, addresses }: Scene,
  order: Known,
  status: string,
): Promise<'done' | 'refused' | 'too early'> {
  const url = `${addresses.DELIVERY_SERVICE_URL}/deliveries/${order.orderId}`;
  const answer = await ask.poll({ ...about(order), method: 'PATCH', url, body: { status } }, (each) => {
    if (each.status !== 409) return each.status < 300 ? 'done' : 'refused';
    const why = messageOf(each.body) ?? '';
    // Handed over at this very moment: there is an agent, but its order has not heard of it.
    if (/No agent/.test(why)) return undefined;
    return /not been picked up/.test(why) ? 'too early' : 'refused';
  });
  return answer ?? 'refused';
}

/** False when it is refused: the order is over. */
export const move = async (scene: Scene, order: Known, status: 'PICKED_UP' | 'CANCELLED'): Promise<boolean> =>
  (await step(scene, order, status)) === 'done';

/** A pick-up that was only accepted may have come to nothing: then the courier picks up again. False when that is refused. */
export async function deliver(scene: Scene, order: Known): Promise<boolean> {
  for (;;) {
    const outcome = await step(scene, order, 'DELIVERED');
    if (outcome !== 'too early') return outcome === 'done';
    if (!(await move(scene, order, 'PICKED_UP'))) return false;
  }
}

/** Hands the job back. False when that is refused. */
export async function decline({ ask, addresses }: Scene, order: Known, { agentId }: Job): Promise<boolean> {
  const url = `${addresses.DELIVERY_SERVICE_URL}/deliveries/${order.orderId}/decline`;
  const body = { agent_id: agentId, reason: 'a flat tyre' };
  const answer = await ask.poll({ ...about(order), method: 'POST', url, body }, (each) =>
    each.status === 409 && /No agent/.test(messageOf(each.body) ?? '') ? undefined : each.status,
  );
  return answer !== undefined && answer < 300;
}

const about = ({ planned, orderId }: Known) => ({ order: planned.number, orderId });
