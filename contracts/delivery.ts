/** HTTP bodies and queries of agents and deliveries (contract, section 2). */
import { z } from 'zod';
import { deliveryMoves, deliveryStatuses } from './states';
import { anyId, cursor, limits, pageLimit, reason, text } from './values';

export const genders = ['MALE', 'FEMALE'] as const;

/** `POST /agents` */
export const addAgentBody = z
  .object({ name: text(limits.nameLength), userName: text(100), gender: z.enum(genders) })
  .meta({ id: 'AddAgentBody' });
export type AddAgentBody = z.infer<typeof addAgentBody>;

/** `GET /agents?assignments=` */
export const agentsQuery = z.object({ assignments: z.enum(['open', 'all']).default('open') });

/** `PATCH /deliveries/:order_id`; an `order_id` in the body must match the path. */
export const moveDeliveryBody = z
  .object({ order_id: anyId.optional(), status: z.enum(deliveryMoves) })
  .meta({ id: 'MoveDeliveryBody' });

/** `PATCH /update-dilvery-status`, its old name. */
export const moveDeliveryOldBody = z.object({ order_id: anyId, status: z.enum(deliveryMoves) });

/** `POST /deliveries/:order_id/decline`; the body is optional. `agent_id` defaults to the assigned agent. */
export const declineBody = z.object({ agent_id: anyId.nullish(), reason: reason.nullish() }).default({});

/** `GET /deliveries?agent_id=&status=&limit=&cursor=` */
export const deliveriesQuery = z.object({
  agent_id: anyId.optional(),
  status: z.enum(deliveryStatuses).optional(),
  limit: pageLimit(),
  cursor,
});

/** `GET /get-delivery-status?order_id=`, the old name of `GET /deliveries/:order_id` */
export const deliveryOldQuery = z.object({ order_id: anyId });
