import { loadConfig, schemas } from '../../lib/config/config';
import { orderPolicy } from '../../lib/config/policy';
import type { TemporalConfig } from '../../lib/config/servers';
import { openTemporal, type Temporal } from '../../lib/temporal/connection';
import { ExpectedError, messageOf } from '../cli/cli';
import type { ServiceName } from '../stack/addresses';
import { adopt } from './adopt';
import type { ImportDeps } from './import';
import { openNewDatabase, type NewDatabase } from './new/database';
import { openOldDatabase, type OldDatabase } from './old/database';

type ByService<T> = Record<ServiceName, T>;

/**
 * Opens the old databases, and our system by the variables of `.env.example`. A dry run needs no Temporal. Throws ExpectedError that says what
 * cannot be opened, before anything is changed.
 */
export async function connect(urls: ByService<string>, env: NodeJS.ProcessEnv, dryRun: boolean) {
  const config = loadConfig(schemas.wholeSystem, env);
  const ours = {
    user: config.USER_DATABASE_URL,
    restaurant: config.RESTAURANT_DATABASE_URL,
    delivery: config.DELIVERY_DATABASE_URL,
  };
  const opened: { close(): Promise<unknown> }[] = [];
  const close = async (): Promise<void> => void (await Promise.allSettled(opened.map((one) => one.close())));
  const keep = <T extends { close(): Promise<unknown> }>(one: T): T => (opened.push(one), one);
  const openOld = async (name: ServiceName) => keep(await openOldDatabase(name, urls[name]));
  const openNew = async (name: ServiceName) =>
    keep(await openNewDatabase(name, { url: ours[name], ca: config.DATABASE_CA_FILE, dryRun }));
  try {
    const from = await forEachService(openOld);
    const to = await forEachService(openNew);
    checkApart(from, to);
    const temporal = dryRun ? undefined : keep(await connectTemporal(config));
    const policy = orderPolicy(config);
    const adoptOne: ImportDeps['adopt'] = async (order) => void (temporal && (await adopt(temporal, order, policy)));
    return { from, to, adopt: adoptOne, staleAfterMs: policy.staleAfterMs, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const forEachService = async <T>(open: (name: ServiceName) => Promise<T>): Promise<ByService<T>> => ({
  user: await open('user'),
  restaurant: await open('restaurant'),
  delivery: await open('delivery'),
});

const connectTemporal = (config: TemporalConfig): Promise<Temporal> =>
  openTemporal(config).catch((error: unknown) => {
    throw new ExpectedError(`Cannot reach Temporal at ${config.TEMPORAL_ADDRESS}: ${messageOf(error)}`, {
      cause: error,
    });
  });

/** An old database is none of ours, by whatever address it is given. */
function checkApart(from: ByService<OldDatabase>, to: ByService<NewDatabase>): void {
  for (const [name, old] of Object.entries(from)) {
    const ours = Object.entries(to).find(([, { identity }]) => identity === old.identity);
    if (ours) throw new ExpectedError(`--${name} is our own ${ours[0]} database. Give the old platform's.`);
  }
}
