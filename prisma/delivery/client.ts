import { clientOptions } from '../../lib/postgres/database';
import { PrismaClient, type Prisma } from './generated/client';

export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;

export const openDatabase = (...options: Parameters<typeof clientOptions>): Database =>
  new PrismaClient(clientOptions(...options));

/** Whether a row was refused because of a unique key: Prisma's P2002. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'P2002';
