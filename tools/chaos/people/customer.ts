import { z } from 'zod';
import { queues } from '../../../contracts/names';
import type { Pledge, Placement } from '../journal';
import type { PlannedOrder } from '../plan/orders';
import { messageOf, type Answer } from './ask';
import type { Known, Scene } from './scene';

const placedAnswer = z.object({ order_id: z.string() });

/** Places the order by its door: with a key again and again until there is an answer, without one only once. */
export async function place(scene: Scene, pledge: Pledge): Promise<Placement> {
  const { planned } = pledge;
  if (planned.door === 'message') return placeByMessage(scene, pledge);
  const { USER_SERVICE_URL: user, RESTAURANT_SERVICE_URL: restaurant } = scene.addresses;
  const url = { user: `${user}/orders`, 'user, old name': `${user}/place-order`, restaurant: `${restaurant}/orders` }[
    planned.door
  ];
  const body = {
    user_id: planned.userId,
    restaurants: restaurantsOf(pledge),
    on_partial_refusal: planned.onPartialRefusal,
  };
  const request = { order: planned.number, method: 'POST', url, body } as const;
  const answer =
    planned.key === null
      ? await scene.ask.once({ ...request, timeoutMs: planned.patienceMs })
      : await scene.ask.untilAnswered({ ...request, headers: { 'Idempotency-Key': planned.key } });
  return placementOf(answer);
}

function placementOf(answer: Answer | undefined): Placement {
  if (!answer || answer.status >= 500) return { answered: 'not at all' };
  if (answer.status >= 300) return { answered: 'refused', status: answer.status };
  return { answered: 'accepted', orderId: placedAnswer.parse(answer.body).order_id };
}

const restaurantsOf = ({ restaurants }: Pledge) =>
  restaurants.map(({ restaurantId, items }) => ({
    restaurant_id: restaurantId,
    items: items.map(({ menuItemId, quantity }) => ({ menu_item_id: menuItemId, quantity })),
  }));

/** As an old program does it: nobody answers but the broker. */
async function placeByMessage({ outsider }: Scene, pledge: Pledge): Promise<Placement> {
  const { planned } = pledge;
  const confirmed = await outsider.send(queues.placeOrder, placeMessage(pledge, planned.messageOrderId));
  return confirmed ? { answered: 'accepted', orderId: planned.messageOrderId } : { answered: 'not at all' };
}

/** The placement once more, by a message: an old program that did not hear the broker's confirm. */
export const repeatPlacement = ({ outsider }: Scene, { pledge, orderId }: Known): Promise<boolean> =>
  outsider.send(queues.placeOrder, placeMessage(pledge, orderId));

const placeMessage = (pledge: Pledge, orderId: string) => ({
  order_id: orderId,
  user_id: pledge.planned.userId,
  placed_at: new Date().toISOString().replace('Z', ''), // without a zone, as they do
  status: 'PENDING',
  restaurants: restaurantsOf(pledge),
});

/** Cancels until there is an answer, perhaps in two places at once. */
export async function cancel({ ask, addresses }: Scene, { orderId, planned }: Known): Promise<void> {
  const url = `${addresses.USER_SERVICE_URL}/orders/${orderId}/cancel`;
  const request = {
    order: planned.number,
    orderId,
    method: 'POST',
    url,
    body: { reason: 'no longer hungry' },
  } as const;
  await Promise.all(Array.from({ length: planned.cancelsTwice ? 2 : 1 }, () => untilKnown(request)));

  /** An old program's order is not known to anybody until it has been adopted. */
  async function untilKnown(asked: typeof request): Promise<unknown> {
    return ask.poll(asked, ({ status }) => (status === 404 && planned.door === 'message' ? undefined : status));
  }
}

/** Rates until it is answered. Whether the first of several tries was stored does not matter: they all say the same. */
export async function rate(scene: Scene, { orderId, planned, pledge }: Known): Promise<void> {
  const { user_id, order_id, ...rating } = ratingOf(planned, orderId);
  const url = `${scene.addresses.USER_SERVICE_URL}/ratings`;
  const request = {
    order: planned.number,
    orderId,
    method: 'POST',
    url,
    body: { user_id, order_id, ...rating },
  } as const;
  const status = await scene.ask.poll(request, (answer) => {
    // The customer's record follows the delivery a moment later.
    const tooEarly = answer.status === 400 && /not been delivered/.test(messageOf(answer.body) ?? '');
    return tooEarly ? undefined : answer.status;
  });
  pledge.rated = status !== undefined && status < 300;
}

export const ratingOf = (planned: PlannedOrder, orderId: string) => ({
  user_id: planned.userId,
  order_id: orderId,
  order_rating: planned.rating.order,
  agent_rating: planned.rating.agent,
});
