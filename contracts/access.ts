/** Who may ask for what: the roles, and what a token says of whoever carries it. The table of routes is in docs/security.md. */
import { z } from 'zod';
import { id } from './values';

export const roles = ['customer', 'restaurant', 'courier', 'operator', 'service'] as const;
export type Role = (typeof roles)[number];

const subject = { sub: z.string().min(1).max(200) };

/** The claims of a token beside issuer, audience and expiry. More than these may be there. */
export const callerClaims = z.discriminatedUnion('role', [
  /** `sub` is the `user_id` of the customer's orders. */
  z.object({ role: z.literal('customer'), sub: id }),
  /** As many as a header has room for. */
  z.object({ role: z.literal('restaurant'), ...subject, restaurant_ids: z.array(id).min(1).max(300) }),
  z.object({ role: z.literal('courier'), ...subject, agent_id: id }),
  /** Runs the platform: may do everything. */
  z.object({ role: z.literal('operator'), ...subject }),
  /** Another service of the platform. */
  z.object({ role: z.literal('service'), ...subject }),
]);

/** Whoever a request comes from. */
export type Caller = z.infer<typeof callerClaims>;
