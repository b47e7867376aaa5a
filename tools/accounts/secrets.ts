import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
 * changes nothing, also if the environment then gives nothing. AUTH_SECRET is empty where AUTH_JWKS_URL takes its place. Returns a line for each
 * change. Throws, and names them, where secrets are missing that are others' too.
 */
export function storeSecrets(folder: string, env: NodeJS.ProcessEnv, ofOthers: string[] = []): string[] {
  const stored = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
  const hasKeys = Boolean(env['AUTH_JWKS_URL']);
  const known = (name: string) => (hasKeys && name === 'AUTH_SECRET' ? '' : env[name] || stored(name) || undefined);
  const missing = ofOthers.filter((name) => known(name) === undefined);
  if (missing.length > 0) throw new Error(`not given: ${missing.join(', ')}`);
  return secretNames.flatMap((name) => {
    const value = known(name) ?? randomBytes(32).toString('hex');
    if (existsSync(join(folder, name)) && value === stored(name)) return [];
    write(join(folder, name), value);
    return [`${name}: ${value === '' ? 'AUTH_JWKS_URL takes its place' : value === env[name] ? 'as given' : 'made'}`];
  });
}

/** The whole file, or nothing. */
function write(file: string, text: string): void {
  const part = `${file}.part`;
  rmSync(part, { force: true }); // of a run that was killed, and cannot be written to
  writeFileSync(part, text, { mode: 0o400 });
  renameSync(part, file);
}
