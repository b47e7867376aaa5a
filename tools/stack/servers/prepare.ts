import { join } from 'node:path';
import { loadConfig, schemas } from '../../../lib/config/config';
import { temporalServer } from '../../../lib/temporal/connection';
import { applyMigrations } from '../../../prisma/migrate';
import { serviceNames, type Addresses } from '../addresses';
import { projectRoot } from '../instance';
import { registerSearchAttributes } from './search-attributes';

/** Creates the missing databases and tables. Throws MigrationError. */
export async function prepareDatabases({ postgres }: Addresses): Promise<void> {
  const { DATABASE_CA_FILE: ca } = loadConfig(schemas.migrate, process.env);
  for (const service of serviceNames) {
    await applyMigrations({ databaseUrl: postgres[service], ca, directory: join(projectRoot, 'prisma', service) });
  }
}

/** Registers the search attributes. Throws an Error that names the server's address. */
export async function prepareTemporal({ temporal }: Addresses, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    const config = loadConfig(schemas.searchAttributes, { ...env, TEMPORAL_ADDRESS: temporal });
    await registerSearchAttributes(temporalServer(config), config.TEMPORAL_NAMESPACE);
  } catch (error) {
    throw new Error(`Temporal at ${temporal}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
