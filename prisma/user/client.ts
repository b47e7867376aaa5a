import { clientOptions } from '../../lib/postgres/database';
import { PrismaClient, type Prisma } from './generated/client';

export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;

export const openDatabase = (...options: Parameters<typeof clientOptions>): Database =>
  new PrismaClient(clientOptions(...options));
