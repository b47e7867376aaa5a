import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const homebrewPrefixes = ['/opt/homebrew', '/usr/local', '/home/linuxbrew/.linuxbrew'];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export const firstExecutable = (files: string[]): string | undefined => files.find(isExecutable);

/** Where a program would be in each folder of PATH. */
export function onPath(program: string): string[] {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program));
}

/** Below `folder` the entries that match, each with `rest` added; highest version first. */
function versions(folder: string, pattern: RegExp, rest: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((entry) => pattern.test(entry))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((entry) => join(folder, entry, rest));
}

/** The folder of PostgreSQL's server programs. Packages come before PATH, which on Debian has wrappers at most. */
export function findPostgres(): string | undefined {
  const folders = [
    ...versions('/usr/lib/postgresql', /^\d+$/, 'bin'),
    ...versions('/usr', /^pgsql-\d+$/, 'bin'),
    ...homebrewPrefixes.flatMap((prefix) => versions(join(prefix, 'opt'), /^postgresql(@\d+)?$/, 'bin')),
    ...versions('/Applications/Postgres.app/Contents/Versions', /^\d+$/, 'bin'),
    ...onPath(''),
  ];
  return folders.find((folder) => isExecutable(join(folder, 'postgres')) && isExecutable(join(folder, 'initdb')));
}

export function findRedis(): string | undefined {
  return firstExecutable([
    ...onPath('redis-server'),
    '/usr/bin/redis-server',
    ...homebrewPrefixes.map((prefix) => join(prefix, 'bin', 'redis-server')),
    ...onPath('valkey-server'),
  ]);
}

export type RabbitmqBinaries = NonNullable<ReturnType<typeof findRabbitmq>>;

/** The server's script next to its own files, because the one in sbin would switch the user, and Erlang's port mapper. */
export function findRabbitmq() {
  const server = firstExecutable([
    '/usr/lib/rabbitmq/bin/rabbitmq-server',
    ...homebrewPrefixes.map((prefix) => join(prefix, 'opt', 'rabbitmq', 'sbin', 'rabbitmq-server')),
    ...onPath('rabbitmq-server'),
  ]);
  const epmd = firstExecutable([
    ...onPath('epmd'),
    ...['/usr/lib/erlang', '/usr/lib64/erlang'].flatMap((folder) => versions(folder, /^erts-/, 'bin/epmd')),
    ...homebrewPrefixes.flatMap((prefix) => versions(join(prefix, 'opt/erlang/lib/erlang'), /^erts-/, 'bin/epmd')),
  ]);
  return server && epmd ? { server, epmd } : undefined;
}
