import { z } from 'zod';
import type { ModeConfig } from './process';
import { checkPassword, pemFile, type Refuse } from './variables';

export const databaseCa = { DATABASE_CA_FILE: pemFile('CERTIFICATE') };
export const database = (service: string) =>
  z.url({ protocol: /^postgres(ql)?$/ }).default(`postgresql://postgres@127.0.0.1:5432/${service}_service`);
export const pool = {
  ...databaseCa,
  /** Connections to the database for each process. Small, since all processes share one machine in the local stack. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).default(10),
};
export type PoolConfig = z.infer<z.ZodObject<typeof pool>>;

/** The URLs of a process's databases, by variable. */
export const databaseUrls = (config: Readonly<Record<string, unknown>>): [variable: string, url: string][] =>
  Object.entries(config).flatMap(([name, value]) =>
    name.endsWith('_DATABASE_URL') && typeof value === 'string' ? [[name, value]] : [],
  );
export const sslmodeOf = (url: string): string => new URL(url).searchParams.get('sslmode') ?? 'disable';

/** Parameters in the URL that `pg` would prefer to our own settings. */
const forbiddenParameters = ['ssl', 'sslcert', 'sslkey', 'sslrootcert', 'uselibpqcompat'];
const sslmodes = ['disable', 'require', 'verify-ca', 'verify-full'];

export function checkDatabases(
  config: Partial<PoolConfig> & ModeConfig & Readonly<Record<string, unknown>>,
  refuse: Refuse,
): void {
  for (const [name, url] of databaseUrls(config)) {
    const given = forbiddenParameters.filter((parameter) => new URL(url).searchParams.has(parameter));
    if (given.length > 0) refuse(name, `not ${given.join(', ')}: say sslmode=verify-full, and DATABASE_CA_FILE`);
    const sslmode = sslmodeOf(url);
    if (!sslmodes.includes(sslmode)) refuse(name, `sslmode=${sslmode} is none of ${sslmodes.join(', ')}`);
    if (sslmode === 'disable' && config.DATABASE_CA_FILE !== undefined)
      refuse('DATABASE_CA_FILE', `needs TLS: add sslmode=verify-full to ${name}`);
    if (config.NODE_ENV === 'production') checkPassword(name, url, 'postgres:postgres', refuse);
  }
}
