/** What the launcher tells a program that it starts beside a system: the demo, the chaos run. */
import { z } from 'zod';
import { payloadKeys } from '../../lib/temporal/payload-keys';

/** Where the running system is, by the variables that the launcher sets. */
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
  /** Where the launcher answers that runs the system. */
  STACK_SOCKET: z.string().min(1),
};

/** Throws an Error that begins with `need` and names each variable that is missing or wrong. */
export function readVariables<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv, need: string): z.infer<T> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${need}:\n${problems.join('\n')}`);
}
