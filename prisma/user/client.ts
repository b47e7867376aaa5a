import { clientOptions } from '../../lib/postgres/database';
import { PrismaClient } from './generated/client';

export type Database = PrismaClient;

export const openDatabase = (...options: Parameters<typeof clientOptions>): Database =>
  new PrismaClient(clientOptions(...options));
