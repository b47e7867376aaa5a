/** Orders through the containers, as people place them. Each request is repeated while a container is down. */
import { randomUUID } from 'node:crypto';
import { bodyOf } from '../platform/answer';
import { createPlatform, type Platform } from '../platform/platform';
import { newAgent, newOrder, newRestaurant } from '../platform/requests';
import { until } from '../platform/until';
import { aCourier, aCustomer, aRestaurant } from '../stack/access';

const ports = { user: 8001, restaurant: 8002, delivery: 8003 };

/** Longer than a container takes to be healthy again. */
const patience = {
  when: ({ status }: { status: number | null }) => status === null || status === 202 || status === 503,
  timeoutMs: 120_000,
  pauseMs: () => 500,
};

export interface Order {
  id: string;
  user: string;
}

/** A restaurant, and people who order from it. */
export async function createJourney() {
  const platform: Platform = createPlatform({
    urlOf: (service) => `http://127.0.0.1:${ports[service]}`,
    repeat: patience,
  });
  const menu = [{ name: 'Paneer Tikka', price: 8.5, type: 'VEG' as const }];
  const kitchen = bodyOf(await platform.addRestaurant(newRestaurant('Spice Garden', menu))).data;

  const page = async ({ id, user }: Order) => bodyOf(await platform.as(aCustomer(user)).order(id));
  const courierOf = (order: Order) =>
    until('the order has a courier', async () => (await page(order)).agent?.agent_id, patience.timeoutMs);
  const move = async (order: Order, status: 'PICKED_UP' | 'DELIVERED') =>
    bodyOf(await platform.as(aCourier(await courierOf(order))).moveDelivery(order.id, status));

  return {
    async place(): Promise<Order> {
      const user = randomUUID();
      const order = newOrder(user, kitchen.restaurant_id, kitchen.menu_ids);
      const placed = bodyOf(await platform.as(aCustomer(user)).placeOrder(order, { key: randomUUID() }));
      return { id: placed.order_id, user };
    },
    /** Confirms the order, for which a courier is added, and waits for its courier. */
    async confirm(order: Order): Promise<void> {
      bodyOf(await platform.addAgent(newAgent('Asha')));
      bodyOf(await platform.as(aRestaurant(kitchen.restaurant_id)).decide(order.id, { status: 'CONFIRMED' }));
      await courierOf(order);
    },
    pickUp: (order: Order) => move(order, 'PICKED_UP'),
    deliver: (order: Order) => move(order, 'DELIVERED'),
    /** Rates a delivered order once its customer's record shows the delivery, and returns the events of its timeline. */
    async rate(order: Order): Promise<string[]> {
      const { id: order_id, user: user_id } = order;
      const customer = platform.as(aCustomer(user_id));
      await until('the record shows the delivery', async () =>
        bodyOf(await customer.ordersOf(user_id)).data.orders.some(
          (each) => each.order_id === order_id && each.delivered,
        ),
      );
      bodyOf(await customer.rateOrder({ user_id, order_id, order_rating: 5, agent_rating: 4 }));
      return (await page(order)).timeline?.map(({ event }) => event) ?? [];
    },
  };
}
