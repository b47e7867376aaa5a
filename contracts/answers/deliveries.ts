import { z } from 'zod';
import { genders } from '../delivery';
import { deliveryStatuses } from '../states';
import { instant, nextCursor, stars, statusTrue, success, uuid } from './common';

const deliveryStatus = z.enum(deliveryStatuses);

const agent = z
  .strictObject({
    id: uuid,
    name: z.string(),
    userName: z.string(),
    gender: z.enum(genders),
    agent_status: z.enum(['AVAILABLE', 'BUSY']),
    /** The mean over the rated deliveries; null before the first. */
    rating: stars.nullable(),
    createdAt: instant,
    updatedAt: instant,
    assignments: z.array(
      z.strictObject({
        id: uuid,
        orderId: uuid,
        agentId: uuid,
        status: deliveryStatus,
        assignedAt: instant,
        completedAt: instant.nullable(),
        /** The customer's rating of the agent; null before. */
        rating: stars.nullable(),
      }),
    ),
  })
  .meta({ id: 'Agent' });
export type Agent = z.infer<typeof agent>;

export const agents = z.array(agent);
export const agentFound = statusTrue.extend({ data: agent });
export const agentAdded = statusTrue.extend({ data: z.strictObject({ agent_id: uuid }) });

const delivery = z
  .strictObject({
    order_id: uuid,
    status: deliveryStatus,
    /** Null while the order waits for an agent. */
    agent_id: uuid.nullable(),
    agent_name: z.string().nullable(),
    requested_at: instant,
    assigned_at: instant.nullable(),
    picked_up_at: instant.nullable(),
    completed_at: instant.nullable(),
    agent_rating: stars.nullable(),
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.infer<typeof delivery>;

export const deliveries = success.extend({
  data: z.strictObject({ count: z.int().min(0), deliveries: z.array(delivery).max(100), next_cursor: nextCursor }),
});

export const deliveryFound = success.extend({
  data: z.strictObject({ status: deliveryStatus, agent_id: uuid, agent_name: z.string() }),
});
