import { clientOptions, type DatabaseOptions } from '../../lib/postgres/database';
import type { Log } from '../../lib/logging/log';
import { PrismaClient, type Prisma } from './generated/client';

/** The restaurant service's database. */
export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;

/** Opens a pool of at most `poolSize` connections, each made on first use. Close it with `$disconnect`. */
export function openDatabase(url: string, poolSize: number, log: Log, options?: DatabaseOptions): Database {
  return new PrismaClient(clientOptions(url, poolSize, log, options));
}
