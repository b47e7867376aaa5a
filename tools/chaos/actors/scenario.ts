import { randomUUID } from 'node:crypto';
import type { Platform } from '../../platform/platform';
import type { AddedRestaurant } from '../../platform/requests';
import { addAgents, addKitchen } from '../../platform/world';
import type { Placement } from '../journal';
import { menuSize, restaurantCount, type PlannedOrder } from '../plan/orders';
import * as steps from './steps';

/** Adds the couriers and the restaurants, before the first fault. Throws UnexpectedAnswerError. */
export async function setUp(platform: Platform, courierCount: number): Promise<AddedRestaurant[]> {
  await addAgents(platform, courierCount);
  const restaurants: AddedRestaurant[] = [];
  for (let number = 1; number <= restaurantCount; number += 1)
    restaurants.push(await addKitchen(platform, number, menuSize));
  return restaurants;
}

/** The body of the planned placement, by the ids of the running system. */
const bodyOfPlacement = (restaurants: AddedRestaurant[], { userId, parts, scenario }: PlannedOrder) => ({
  user_id: userId,
  restaurants: parts.map(({ restaurant, items }) => ({
    restaurant_id: restaurants[restaurant]?.restaurant_id ?? '',
    items: items.map(({ item, quantity }) => ({
      menu_item_id: scenario === 'unknown item' ? randomUUID() : (restaurants[restaurant]?.menu_ids[item] ?? ''),
      quantity,
    })),
  })),
});

/** Acts out one order, whose customer, restaurants and courier act independently, until it or the run is over. Undefined if never placed. */
export async function actOut(actors: steps.Actors, planned: PlannedOrder): Promise<Placement | undefined> {
  await steps.pause(planned.startsAfterMs, actors.end);
  if (actors.end.aborted) return undefined;
  const body = bodyOfPlacement(actors.restaurants, planned);
  const placement: Placement = { planned, body, outcome: { is: 'unknown' }, isRated: false };
  const context = steps.createOrderContext(actors, placement);
  placement.outcome = await steps.placeOrder(context);
  if (placement.outcome.is !== 'accepted') return placement;
  actors.listeners.listenTo(placement.outcome.orderId, planned.userId);
  if (planned.scenario === 'unknown item') return placement;

  const order = { ...context, orderId: placement.outcome.orderId };
  await pauseBefore(order, 0);
  if (planned.scenario === 'cancelled') await actOutCancellation(order);
  else {
    if (planned.repeatsMessages) await steps.publishPlacement(order);
    await steps.decide(order);
    const isDelivered = !['no decision', 'refused', 'refused in part, cancel all'].includes(planned.scenario);
    if (isDelivered) await actOutDelivery(order);
  }
  return placement;
}

const pauseBefore = ({ placement, end }: steps.OrderContext, step: number): Promise<void> =>
  steps.pause(placement.planned.pausesMs[step] ?? 0, end);

/** The customer cancels at the planned stage; the others continue as if they had not heard. */
async function actOutCancellation(order: steps.OrderContext): Promise<void> {
  const { cancelAt } = order.placement.planned;
  if (cancelAt === 'placed') {
    await Promise.all([steps.cancel(order), steps.decide(order)]);
    return;
  }
  await steps.decide(order);
  if (cancelAt === 'confirmed') return steps.cancel(order);
  const job = await steps.awaitJob(order);
  if (cancelAt === 'assigned') return steps.cancel(order);
  if (!job) return;
  const [, isPickedUp] = await Promise.all([steps.cancel(order), steps.move(order, 'PICKED_UP')]);
  if (isPickedUp) await steps.deliver(order);
}

/** From the assignment to the rating, or to where the scenario ends. */
async function actOutDelivery(order: steps.OrderContext): Promise<void> {
  const { scenario, repeatsMessages } = order.placement.planned;
  let job = await steps.awaitJob(order);
  await pauseBefore(order, 1);
  if (job && scenario === 'declined by a courier' && (await steps.decline(order, job))) {
    const declined = job;
    if (repeatsMessages) await steps.repeatAssignment(order, declined); // out of date by now
    job = await steps.awaitJob(order, declined);
  }
  if (!job) return;
  if (repeatsMessages) await steps.repeatAssignment(order, job);
  if (!(await steps.move(order, 'PICKED_UP')) || scenario === 'never delivered') return;
  await pauseBefore(order, 2);
  if (scenario === 'cancelled by the courier') {
    await steps.move(order, 'CANCELLED');
    return;
  }
  if (!(await steps.deliver(order)) || scenario !== 'rated') return;
  await pauseBefore(order, 3);
  await steps.rate(order);
  if (repeatsMessages) await steps.repeatRating(order);
}
