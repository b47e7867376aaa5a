import { z } from 'zod';
import { payloadKeys } from '../../lib/temporal/payload-keys';

const systemVariables = z.object({
  USER_SERVICE_URL: z.url(),
  RESTAURANT_SERVICE_URL: z.url(),
  DELIVERY_SERVICE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_PAYLOAD_KEYS: z.preprocess((text) => text || undefined, payloadKeys.optional()),
  TEMPORAL_UI_URL: z.url().optional(),
  /** The stock command line. */
  TEMPORAL_CLI: z.string().min(1).default('temporal'),
  RABBITMQ_URL: z.url(),
  RABBITMQ_MANAGEMENT_URL: z.url().optional(),
  USER_DATABASE_URL: z.url(),
  RESTAURANT_DATABASE_URL: z.url(),
  DELIVERY_DATABASE_URL: z.url(),
  /** The launcher's control socket. */
  STACK_SOCKET: z.string().min(1),
});

/** The variables by which a tool finds the running system; `onFreshSystem` sets them. */
export type SystemVariables = z.infer<typeof systemVariables>;

/** Throws an Error that starts with `need` and names each missing or wrong variable. */
export function readSystemVariables(env: NodeJS.ProcessEnv, need: string): SystemVariables {
  const parsed = systemVariables.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${need}:\n${problems.join('\n')}`);
}
