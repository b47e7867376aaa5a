import { z } from 'zod';

const environment = z.object({
  USER_SERVICE_URL: z.url(),
  RESTAURANT_SERVICE_URL: z.url(),
  DELIVERY_SERVICE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_UI_URL: z.url().optional(),
  /** The stock command line. */
  TEMPORAL_CLI: z.string().min(1).default('temporal'),
  RABBITMQ_URL: z.url(),
  RABBITMQ_MANAGEMENT_URL: z.url().optional(),
  USER_DATABASE_URL: z.url(),
  RESTAURANT_DATABASE_URL: z.url(),
  DELIVERY_DATABASE_URL: z.url(),
  /** Where the launcher answers that runs the system. */
  STACK_SOCKET: z.string().min(1),
});

/** Where the running system is, by the variables that the launcher sets. */
export type Addresses = z.infer<typeof environment>;

/** Throws an Error that names each variable that is missing or wrong. */
export function readAddresses(env: NodeJS.ProcessEnv): Addresses {
  const parsed = environment.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The demo needs a running system (npm run demo starts one):\n${problems.join('\n')}`);
}
