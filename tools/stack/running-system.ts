import { externalServers, stackEnvironment, type Addresses } from './addresses';
import { statusOf } from './control';

/** The addresses of the stack of this name; undefined when it does not run. */
export const runningAddresses = async (name: string): Promise<Addresses | undefined> =>
  (await statusOf(name))?.addresses ?? undefined;

/**
 * This process's environment if it names a whole system (Temporal and the databases), else with the addresses of the running stack of this
 * name added. Undefined when there is neither.
 */
export async function runningSystemEnvironment(name: string): Promise<NodeJS.ProcessEnv | undefined> {
  const { temporal, postgres } = externalServers(process.env);
  if (temporal && postgres) return process.env;
  const addresses = await runningAddresses(name);
  return addresses && { ...process.env, ...stackEnvironment(addresses, process.env) };
}
