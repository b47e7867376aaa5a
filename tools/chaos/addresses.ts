import { z } from 'zod';

const environment = z.object({
  USER_SERVICE_URL: z.url(),
  RESTAURANT_SERVICE_URL: z.url(),
  DELIVERY_SERVICE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  RABBITMQ_URL: z.url(),
  RABBITMQ_MANAGEMENT_URL: z.url(),
  USER_DATABASE_URL: z.url(),
  RESTAURANT_DATABASE_URL: z.url(),
  DELIVERY_DATABASE_URL: z.url(),
  /** Where the launcher answers that runs the system. */
  STACK_SOCKET: z.string().min(1),
  STACK_NAME: z.string().min(1),
  /** Where the journal and the evidence are kept, beside the parts' logs. */
  CHAOS_LOGS: z.string().min(1),
});

/** Where the system is that is to suffer, by the variables that `npm run chaos` sets. */
export type Addresses = z.infer<typeof environment>;

/** Throws an Error that names each variable that is missing or wrong. */
export function readAddresses(env: NodeJS.ProcessEnv): Addresses {
  const parsed = environment.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`This needs a system of its own (npm run chaos starts one):\n${problems.join('\n')}`);
}

export const databases = ['user', 'restaurant', 'delivery'] as const;
export type DatabaseName = (typeof databases)[number];

export const databaseUrl = (addresses: Addresses, name: DatabaseName): string =>
  ({
    user: addresses.USER_DATABASE_URL,
    restaurant: addresses.RESTAURANT_DATABASE_URL,
    delivery: addresses.DELIVERY_DATABASE_URL,
  })[name];
