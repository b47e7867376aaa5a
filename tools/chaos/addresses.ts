import { z } from 'zod';
import type { ServiceName } from '../stack/addresses';
import { readVariables, systemVariables } from '../stack/variables';

const environment = z.object({
  ...systemVariables,
  RABBITMQ_MANAGEMENT_URL: z.url(),
  STACK_NAME: z.string().min(1),
  /** Where the journal and the evidence are kept, beside the parts' logs. */
  CHAOS_LOGS: z.string().min(1),
});

/** Where the system is that is to suffer, by the variables that `npm run chaos` sets. */
export type Addresses = z.infer<typeof environment>;

/** Throws an Error that names each variable that is missing or wrong. */
export const readAddresses = (env: NodeJS.ProcessEnv): Addresses =>
  readVariables(environment, env, 'This needs a system of its own (npm run chaos starts one)');

/** Of the service's database. */
export const databaseUrl = (addresses: Addresses, name: ServiceName): string =>
  ({
    user: addresses.USER_DATABASE_URL,
    restaurant: addresses.RESTAURANT_DATABASE_URL,
    delivery: addresses.DELIVERY_DATABASE_URL,
  })[name];
