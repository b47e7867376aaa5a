import { join } from 'node:path';
import { applyMigrations } from '../../../prisma/migrate';
import { SERVICES, type Addresses } from '../addresses';
import { projectRoot } from '../instance';
import { registerSearchAttributes } from './search-attributes';

/** Creates the databases that are missing, and their tables. @throws MigrationError */
export async function prepareDatabases({ postgres }: Addresses): Promise<void> {
  for (const service of SERVICES) {
    await applyMigrations({ databaseUrl: postgres[service], directory: join(projectRoot, 'prisma', service) });
  }
}

/** Registers what our workflows can be searched by. @throws Error naming the address */
export async function prepareTemporal({ temporal }: Addresses, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await registerSearchAttributes(temporal, env['TEMPORAL_NAMESPACE'] || 'default');
  } catch (error) {
    throw new Error(`Temporal at ${temporal}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
