import { z } from 'zod';
import { readVariables, systemVariables } from '../stack/variables';

const environment = z.object({
  ...systemVariables,
  TEMPORAL_UI_URL: z.url().optional(),
  /** The stock command line. */
  TEMPORAL_CLI: z.string().min(1).default('temporal'),
  RABBITMQ_MANAGEMENT_URL: z.url().optional(),
});

/** Where the running system is, by the variables that the launcher sets. */
export type Addresses = z.infer<typeof environment>;

/** Throws an Error that names each variable that is missing or wrong. */
export const readAddresses = (env: NodeJS.ProcessEnv): Addresses =>
  readVariables(environment, env, 'The demo needs a running system (npm run demo starts one)');
