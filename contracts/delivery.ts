/** HTTP bodies and queries of agents and deliveries (contract, section 2). */
import { z } from 'zod';
import { deliveryMoves, deliveryStatuses } from './states';
import { limits } from './limits';
import { anyId, cursor, optionalReason, pageLimit, text } from './values';

export const genders = ['MALE', 'FEMALE'] as const;

/** `POST /agents` */
export const addAgentBody = z
  .object({
    name: text(limits.nameLength, 'line'),
    userName: text(limits.userNameLength, 'line'),
    gender: z.enum(genders),
  })
  .meta({ id: 'AddAgentBody' });
export type AddAgentBody = z.infer<typeof addAgentBody>;

/** `GET /agents?assignments=` */
export const agentsQuery = z.object({ assignments: z.enum(['open', 'all']).default('open') });

/** The old name of listing agents has no query: it lists all assignments. */
export const agentsOldQuery = z.object({}).transform((): z.infer<typeof agentsQuery> => ({ assignments: 'all' }));

/** `PATCH /deliveries/:order_id`; an `order_id` in the body must be the one of the path. */
export const moveDeliveryBody = z
  .object({ order_id: z.string().meta({ format: 'uuid' }).optional(), status: z.enum(deliveryMoves) })
  .meta({ id: 'MoveDeliveryBody' });

/** `PATCH /update-dilvery-status`, its old name. */
export const moveDeliveryOldBody = z.object({ order_id: anyId, status: z.enum(deliveryMoves) });

/** `POST /deliveries/:order_id/decline`; the body is optional. `agent_id` defaults to the assigned agent. */
export const declineBody = z.object({ agent_id: anyId.nullish(), reason: optionalReason }).default({});

/** `GET /deliveries?agent_id=&status=&limit=&cursor=` */
export const deliveriesQuery = z.object({
  agent_id: anyId.optional(),
  status: z.enum(deliveryStatuses).optional(),
  limit: pageLimit(),
  cursor,
});
