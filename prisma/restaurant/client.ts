import { clientOptions } from '../../lib/postgres/database';
import { PrismaClient, type Prisma } from './generated/client';

/** The restaurant service's database. */
export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;

/** Opens a pool of at most `poolSize` connections, each made on first use. Close it with `$disconnect`. */
export const openDatabase = (...options: Parameters<typeof clientOptions>): Database =>
  new PrismaClient(clientOptions(...options));
