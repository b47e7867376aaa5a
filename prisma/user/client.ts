import { clientOptions, type DatabaseOptions } from '../../lib/postgres/database';
import type { Log } from '../../lib/logging/log';
import { PrismaClient } from './generated/client';

/** The user service's database. */
export type Database = PrismaClient;

/** Opens a pool of at most `poolSize` connections, each made on first use. Close it with `$disconnect`. */
export const openDatabase = (url: string, poolSize: number, log: Log, options?: DatabaseOptions): Database =>
  new PrismaClient(clientOptions(url, poolSize, log, options));
