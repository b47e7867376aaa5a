import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceNames } from '../stack/addresses';
import { brokerUsers, passwordVariable } from './accounts';

/** Where the job `secrets` has its volume. */
export const secretsFolder = '/secrets';

/** The secrets of the whole system, by the names of their variables and files. */
export const secretNames = [
  'AUTH_SECRET',
  'MESSAGE_SECRET',
  'POSTGRES_PASSWORD',
  'RABBITMQ_PASSWORD',
  'REDIS_PASSWORD',
  ...serviceNames.map((service) => `${service.toUpperCase()}_DATABASE_PASSWORD`),
  ...brokerUsers.map(passwordVariable),
];

/**
 * Makes one file for each secret, readable by its owner only: what the environment gives, else what is there, else a new one. So a second run
 * changes nothing, also if the environment then gives nothing. AUTH_SECRET is empty where AUTH_JWKS_URL takes its place. Returns a line for each change.
 */
export function storeSecrets(folder: string, env: NodeJS.ProcessEnv): string[] {
  return secretNames.flatMap((name) => {
    const file = join(folder, name);
    const stored = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    const isReplaced = name === 'AUTH_SECRET' && Boolean(env['AUTH_JWKS_URL']);
    const value = isReplaced ? '' : env[name] || stored || randomBytes(32).toString('hex');
    if (value === stored) return [];
    writeFileSync(`${file}.new`, value, { mode: 0o400 });
    renameSync(`${file}.new`, file); // whole, or not at all
    return [`${name}: ${isReplaced ? 'AUTH_JWKS_URL takes its place' : env[name] ? 'as given' : 'made'}`];
  });
}
