import { z } from 'zod';
import { payloadKeys } from '../../lib/temporal/payload-keys';

/** The variables by which a tool finds the running system; `onFreshSystem` sets them. */
export const systemVariables = {
  USER_SERVICE_URL: z.url(),
  RESTAURANT_SERVICE_URL: z.url(),
  DELIVERY_SERVICE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_PAYLOAD_KEYS: z.preprocess((text) => text || undefined, payloadKeys.optional()),
  RABBITMQ_URL: z.url(),
  USER_DATABASE_URL: z.url(),
  RESTAURANT_DATABASE_URL: z.url(),
  DELIVERY_DATABASE_URL: z.url(),
  /** The launcher's control socket. */
  STACK_SOCKET: z.string().min(1),
};

/** Throws an Error that starts with `need` and names each missing or wrong variable. */
export function readVariables<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv, need: string): z.infer<T> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${need}:\n${problems.join('\n')}`);
}
