import type { Addresses } from '../addresses';
import type { Pledge } from '../journal';
import type { Outsider } from '../outsider';
import type { PlannedOrder } from '../plan/orders';
import type { World } from '../world';
import type { Asker } from './ask';

/** What the people of all orders share. */
export interface Scene {
  addresses: Addresses;
  world: World;
  ask: Asker;
  outsider: Outsider;
}

/** An order whose placement was accepted, as its people know it. */
export interface Known {
  orderId: string;
  planned: PlannedOrder;
  pledge: Pledge;
}

/** The pause before a step, by the plan. */
export const pauseBefore = ({ ask }: Scene, { planned }: Known, step: number): Promise<void> =>
  ask.pause(planned.pausesMs[step % planned.pausesMs.length] ?? 0);
