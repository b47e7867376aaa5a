import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { postgresUser } from '../addresses';
import type { Instance } from '../instance';
import type { Part } from '../part';
import { loopback, type Ports } from '../ports';

interface Account {
  uid: number;
  gid: number;
}

export interface PostgresOptions {
  /** Folder of the server's programs. */
  binaries: string;
  instance: Instance;
  ports: Ports;
  /** False gives up crash safety of the data for speed: for data nobody will miss. */
  durable: boolean;
  say: (line: string) => void;
}

/** URL of the superuser at the maintenance database. */
export function postgresAdminUrl(ports: Ports): string {
  return `postgresql://${postgresUser}:${postgresUser}@${loopback}:${ports.postgres}/postgres`;
}

/** One server for the three databases; makes its data folder the first time. */
export async function postgresPart({ binaries, instance, ports, durable, say }: PostgresOptions): Promise<Part> {
  const runAs = process.getuid?.() === 0 ? unprivilegedAccount() : undefined;
  const folder = dataFolder(instance, runAs, say);
  const env = { ...process.env, LC_ALL: 'C' }; // Without a locale the server fails on macOS.
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    const args = ['-D', folder, '-U', postgresUser, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    await promisify(execFile)(join(binaries, 'initdb'), args, { ...runAs, env, cwd: folder });
  }
  const settings = {
    port: ports.postgres,
    listen_addresses: loopback,
    unix_socket_directories: '', // Their usual folder belongs to somebody else.
    max_connections: 300, // Seven pools of services, tests and tools beside each other.
    shared_buffers: '128MB',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return {
    name: 'postgres',
    command: join(binaries, 'postgres'),
    args: ['-D', folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env,
    cwd: folder,
    runAs,
    address: postgresAdminUrl(ports).replace(/\/postgres$/, ''),
    stopSignal: 'SIGINT', // "Fast shutdown": closes the connections; SIGTERM would wait for them.
    stopLimitMs: 10_000,
    readyLimitMs: 60_000,
    isReady: () => answers(postgresAdminUrl(ports)),
  };
}

/** PostgreSQL refuses to run as root. */
function unprivilegedAccount(): Account {
  const id = (flag: string, user: string) =>
    Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] }));
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: id('-u', user), gid: id('-g', user) };
    } catch {
      // No such user: the next one.
    }
  }
  throw new Error('PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody');
}

function dataFolder(instance: Instance, runAs: Account | undefined, say: (line: string) => void): string {
  const own = join(instance.dataDir, 'postgres');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  if (!runAs) return own;
  chownSync(own, runAs.uid, runAs.gid);
  if (canReach(own, runAs)) return own;
  const shared = join(instance.sharedDataDir, 'postgres');
  mkdirSync(shared, { recursive: true, mode: 0o755 });
  chownSync(shared, runAs.uid, runAs.gid);
  say(`postgres cannot reach this folder under the account it runs as; its data is in ${shared}`);
  return shared;
}

function canReach(folder: string, account: Account): boolean {
  try {
    execFileSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...account, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  await client.end();
  return true;
}
