import { clientOptions } from '../../lib/postgres/database';
import { PrismaClient } from './generated/client';

/** The user service's database. */
export type Database = PrismaClient;

/** Opens a pool of at most `poolSize` connections, each made on first use. Close it with `$disconnect`. */
export const openDatabase = (...options: Parameters<typeof clientOptions>): Database =>
  new PrismaClient(clientOptions(...options));
