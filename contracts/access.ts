/** Roles and the claims of a token. docs/security.md says which route admits which role. */
import { z } from 'zod';
import { unknownUser } from './names';
import { id } from './values';

export const roles = ['customer', 'restaurant', 'courier', 'operator', 'service'] as const;
export type Role = (typeof roles)[number];

const subject = { sub: z.string().min(1).max(200) };

/** The claims of a token besides issuer, audience and expiry. Others are ignored. */
export const callerClaims = z.discriminatedUnion('role', [
  /** `sub` is the `user_id` of the customer's orders. */
  z.object({ role: z.literal('customer'), sub: id.refine((sub) => sub !== unknownUser, 'nobody has this id') }),
  /** At most as many as fit into a header. */
  z.object({ role: z.literal('restaurant'), ...subject, restaurant_ids: z.array(id).min(1).max(300) }),
  z.object({ role: z.literal('courier'), ...subject, agent_id: id }),
  /** Runs the platform; may do everything. */
  z.object({ role: z.literal('operator'), ...subject }),
  z.object({ role: z.literal('service'), ...subject }),
]);

export type Caller = z.infer<typeof callerClaims>;
