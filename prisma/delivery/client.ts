import { clientOptions, type DatabaseOptions } from '../../lib/postgres/database';
import type { Log } from '../../lib/logging/log';
import { PrismaClient, type Prisma } from './generated/client';

/** The delivery service's database. */
export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;

/** Opens a pool of at most `poolSize` connections; each is made when it is first needed. Close it with `$disconnect`. */
export function openDatabase(url: string, poolSize: number, log: Log, options?: DatabaseOptions): Database {
  return new PrismaClient(clientOptions(url, poolSize, log, options));
}

/** Whether the database refused a row because of a unique key. */
export const isDuplicate = (err: unknown): boolean =>
  err instanceof Error && 'code' in err && err.code === uniqueViolation;

/** Prisma's code for it. */
const uniqueViolation = 'P2002';
