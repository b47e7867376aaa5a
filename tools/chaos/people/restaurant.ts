import type { Known, Scene } from './scene';

/** Decides as the order's fate has it, for all at once or each restaurant for its part, until each is answered. */
export async function decide(scene: Scene, order: Known): Promise<void> {
  const { planned, pledge } = order;
  const [first, ...others] = pledge.restaurants.map(({ restaurantId }) => restaurantId);
  switch (planned.fate) {
    case 'no answer':
      return;
    case 'refused':
      return decision(scene, order, { status: 'CANCELLED', reason: 'the oven is cold' });
    case 'refused in part':
    case 'kept in part':
      await Promise.all([
        decision(scene, order, { status: 'CANCELLED', restaurant_id: first, reason: 'out of onions' }),
        ...others.map((restaurant_id) => decision(scene, order, { status: 'CONFIRMED', restaurant_id })),
      ]);
      return;
    case 'delivered':
    case 'rated':
    case 'cancelled':
    case 'declined':
    case 'unavailable':
    case 'called off':
    case 'on the way':
      if (!planned.decidesEach) return decision(scene, order, { status: 'CONFIRMED' });
      await Promise.all(
        [first, ...others].map((restaurant_id) => decision(scene, order, { status: 'CONFIRMED', restaurant_id })),
      );
  }
}

interface Decision {
  status: 'CONFIRMED' | 'CANCELLED';
  restaurant_id?: string | undefined;
  reason?: string;
}

async function decision({ ask, addresses }: Scene, { orderId, planned }: Known, body: Decision): Promise<void> {
  const url = `${addresses.RESTAURANT_SERVICE_URL}/orders/${orderId}/decision`;
  const request = { order: planned.number, orderId, method: 'POST', url, body } as const;
  // An old program's order is not known to anybody until it has been adopted.
  await ask.poll(request, ({ status }) => (status === 404 && planned.door === 'message' ? undefined : status));
}
