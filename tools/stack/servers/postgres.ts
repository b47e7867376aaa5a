import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { loadConfig, schemas } from '../../../lib/config/config';
import { connectionTo } from '../../../lib/postgres/session';
import { applyMigrations } from '../../../prisma/migrate';
import { ExpectedError, say } from '../../cli/cli';
import { postgresUser, serviceNames, type Addresses } from '../addresses';
import { projectRoot, type Instance } from '../instance';
import type { Part, ServerOptions } from '../part';
import { loopback } from '../ports';

type Account = NonNullable<Part['runAs']>;

/** One server for the three databases, from the folder of its programs. Creates the data folder the first time. */
export async function postgresPart(
  binaries: string,
  { instance, ports, durable, postgresSettings }: ServerOptions,
): Promise<Part> {
  const runAs = process.getuid?.() === 0 ? unprivilegedAccount() : undefined;
  const folder = dataFolder(instance, runAs);
  const address = `postgresql://${postgresUser}:${postgresUser}@${loopback}:${ports.postgres}`;
  const env = { ...process.env, LC_ALL: 'C' }; // Without a locale the server does not start on macOS.
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    const args = ['-D', folder, '-U', postgresUser, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    await promisify(execFile)(join(binaries, 'initdb'), args, { ...runAs, env, cwd: folder });
  }
  const settings = {
    port: ports.postgres,
    listen_addresses: loopback,
    unix_socket_directories: '', // Their usual folder belongs to another account.
    max_connections: 300, // The pools of services, tests and tools together.
    shared_buffers: '128MB',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...postgresSettings,
  };
  return {
    name: 'postgres',
    command: join(binaries, 'postgres'),
    args: ['-D', folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env,
    cwd: folder,
    runAs,
    address,
    stopSignal: 'SIGINT', // "Fast shutdown" closes the connections; SIGTERM would wait for them.
    stopTimeoutMs: 10_000,
    readyTimeoutMs: 60_000,
    isReady: () => answers(`${address}/postgres`),
  };
}

/** Creates the missing databases and tables. Throws MigrationError. */
export async function prepareDatabases({ postgres }: Addresses): Promise<void> {
  const { DATABASE_CA_FILE: ca } = loadConfig(schemas.migrate, process.env);
  for (const service of serviceNames) {
    await applyMigrations({ databaseUrl: postgres[service], ca, directory: join(projectRoot, 'prisma', service) });
  }
}

/** PostgreSQL refuses to run as root. */
function unprivilegedAccount(): Account {
  const id = (flag: string, user: string) => Number(execFileSync('id', [flag, user], { stdio: 'pipe' }));
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: id('-u', user), gid: id('-g', user) };
    } catch {
      // This machine has no such user.
    }
  }
  throw new ExpectedError('PostgreSQL refuses to run as root, and this machine has no user "postgres" or "nobody"');
}

/** The instance's own folder, or a shared one if the server's account cannot enter that. */
function dataFolder(instance: Instance, runAs: Account | undefined): string {
  const own = join(instance.dataDir, 'postgres');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  if (!runAs) return own;
  chownSync(own, runAs.uid, runAs.gid);
  if (canEnter(own, runAs)) return own;
  const shared = join(instance.sharedDataDir, 'postgres');
  mkdirSync(shared, { recursive: true, mode: 0o755 });
  chownSync(shared, runAs.uid, runAs.gid);
  say(`postgres runs under an account that cannot enter this folder; its data is in ${shared}`);
  return shared;
}

function canEnter(folder: string, account: Account): boolean {
  try {
    execFileSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...account, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ ...connectionTo(url), connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  await client.end();
  return true;
}
