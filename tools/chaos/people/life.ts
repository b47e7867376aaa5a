import type { Journal } from '../journal';
import type { PlannedOrder } from '../plan/orders';
import { queues, ratingsExchange } from '../../../contracts/names';
import { basketIn } from '../world';
import { awaitJob, decline, deliver, move, type Job } from './courier';
import { cancel, place, rate, ratingOf, repeatPlacement } from './customer';
import { decide } from './restaurant';
import { pauseBefore, type Known, type Scene } from './scene';

/** Lives one order with everybody who has a part in it. Resolves when nobody wants anything of it any more, or the run ends. */
export async function live(scene: Scene, journal: Journal, planned: PlannedOrder): Promise<void> {
  await scene.ask.pause(planned.startsAfterMs);
  if (scene.ask.ended) return;
  const pledge = journal.pledge({ planned, restaurants: basketIn(scene.world, planned) });
  pledge.placement = await place(scene, pledge);
  if (pledge.placement.answered !== 'accepted' || planned.fate === 'unavailable') return;

  const order: Known = { orderId: pledge.placement.orderId, planned, pledge };
  await pauseBefore(scene, order, 0);
  if (planned.fate === 'cancelled') return liveCancelled(scene, order);
  if (planned.repeatsMessages) await repeatPlacement(scene, order);
  await decide(scene, order);
  if (planned.fate === 'no answer' || planned.fate === 'refused' || planned.fate === 'refused in part') return;
  await liveDelivery(scene, order);
}

/** The customer cancels at the planned stage, the others go on as if nothing were. */
async function liveCancelled(scene: Scene, order: Known): Promise<void> {
  switch (order.planned.cancelAt) {
    case 'placed':
      await Promise.all([cancel(scene, order), decide(scene, order)]);
      return;
    case 'confirmed':
      await decide(scene, order);
      return cancel(scene, order);
    case 'assigned':
      await decide(scene, order);
      await awaitJob(scene, order);
      return cancel(scene, order);
    case 'racing the pick-up':
      await decide(scene, order);
      if (await awaitJob(scene, order)) {
        const [, pickedUp] = await Promise.all([cancel(scene, order), move(scene, order, 'PICKED_UP')]);
        if (pickedUp) await deliver(scene, order);
      }
  }
}

/** From the agent to the rating, or to where the order's fate has it end. */
async function liveDelivery(scene: Scene, order: Known): Promise<void> {
  const { fate, repeatsMessages } = order.planned;
  let job = await awaitJob(scene, order);
  await pauseBefore(scene, order, 1);
  if (job && fate === 'declined' && (await decline(scene, order, job))) {
    const first = job;
    if (repeatsMessages) await repeatAssigned(scene, order, first); // of an agent who has handed it back since
    job = await awaitJob(scene, order, first);
  }
  if (!job) return;
  if (repeatsMessages) await repeatAssigned(scene, order, job);
  if (!(await move(scene, order, 'PICKED_UP')) || fate === 'on the way') return;
  await pauseBefore(scene, order, 2);
  if (fate === 'called off') return void (await move(scene, order, 'CANCELLED'));
  if (!(await deliver(scene, order))) return;
  if (fate !== 'rated') return;
  await pauseBefore(scene, order, 3);
  await rate(scene, order);
  if (repeatsMessages) await repeatRating(scene, order);
}

/** The broker delivers at least once: so may anybody. */
const repeatAssigned = ({ outsider }: Scene, { orderId }: Known, { agentId, agentName }: Job): Promise<boolean> =>
  outsider.send(queues.agentAssigned, { order_id: orderId, agent_id: agentId, agent_name: agentName });

async function repeatRating({ outsider }: Scene, { planned, pledge, orderId }: Known): Promise<void> {
  if (!pledge.rated) return;
  const { order_id, order_rating, agent_rating } = ratingOf(planned, orderId);
  const event = { order_id, order_rating, agent_rating };
  for (let time = 0; time < 2; time += 1) await outsider.send('', event, { exchange: ratingsExchange });
}
