import { z } from 'zod';
import { readVariables, systemVariables } from '../stack/variables';

const environment = z.object({ ...systemVariables, STACK_NAME: z.string().min(1) });

/** Where the system is that is to be measured, by the variables that `npm run bench` sets. */
export type Addresses = z.infer<typeof environment>;

/** Throws an Error that names each variable that is missing or wrong. */
export const readAddresses = (env: NodeJS.ProcessEnv): Addresses =>
  readVariables(environment, env, 'This needs a system of its own (npm run bench starts one)');
