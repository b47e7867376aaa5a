import { z } from 'zod';
import { loadConfig } from '../../lib/config/config';
import { database, databaseCa } from '../../lib/config/servers';
import { serviceNames } from '../stack/addresses';
import { brokerUsers, passwordVariable, permissionsOf, setBrokerUser, setDatabaseUser } from './accounts';
import { secretsFolder, storeSecrets } from './secrets';

/** Gives each of our processes its own user in RabbitMQ, with the least permissions. Idempotent. */
async function setBrokerUsers(): Promise<void> {
  const passwords = Object.fromEntries(brokerUsers.map((user) => [passwordVariable(user), z.string()]));
  const address = z.object({ RABBITMQ_MANAGEMENT_URL: z.url(), RABBITMQ_VHOST: z.string().default('/') });
  const { RABBITMQ_MANAGEMENT_URL: managementUrl, RABBITMQ_VHOST: vhost } = loadConfig(address, process.env);
  const given = loadConfig(z.object(passwords), process.env);
  for (const user of brokerUsers) {
    const password = given[passwordVariable(user)] ?? '';
    await setBrokerUser({ managementUrl, vhost, user, password, permissions: permissionsOf(user) });
    console.log(`RabbitMQ: ${user}`);
  }
}

/** Sets up the user in the database URL of each of these services, as the administrator `postgres`. Idempotent. */
async function setDatabaseUsers(services: string[]): Promise<void> {
  const urls = Object.fromEntries(services.map((name) => [`${name.toUpperCase()}_DATABASE_URL`, database(name)]));
  const config = loadConfig(z.object({ ...databaseCa, POSTGRES_PASSWORD: z.string() }), process.env);
  for (const url of Object.values(loadConfig(z.object(urls), process.env))) {
    const admin = Object.assign(new URL(url), { username: 'postgres', password: config.POSTGRES_PASSWORD });
    const [user, password] = [new URL(url).username, new URL(url).password].map(decodeURIComponent);
    if (!user || !password) throw new Error(`${admin.host}: the URL names no user with a password`);
    await setDatabaseUser({ adminUrl: admin.href, ca: config.DATABASE_CA_FILE, user, password });
    console.log(`PostgreSQL: ${user}`);
  }
}

const [, , given = '', ...names] = process.argv;

/**
 * For a system that the launcher does not start: `node dist/tools/accounts/main.js broker`, `databases [service …]` (all by default) or
 * `secrets [name …]`, those that must be given.
 */
const jobs: Record<string, () => Promise<void>> = {
  secrets: async () => storeSecrets(secretsFolder, process.env, names).forEach((line) => console.log(line)),
  broker: setBrokerUsers,
  databases: () => setDatabaseUsers(names.length > 0 ? names : [...serviceNames]),
};
const job = jobs[given] ?? (() => Promise.reject(new Error('say secrets, broker or databases')));
job().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
