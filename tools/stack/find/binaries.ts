import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../cli/cli';
import { withProgress } from '../screen';

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
function findPostgres(): string | undefined {
  const folders = [
    ...versions('/usr/lib/postgresql', /^\d+$/, 'bin'),
    ...versions('/usr', /^pgsql-\d+$/, 'bin'),
    ...homebrewPrefixes.flatMap((prefix) => versions(join(prefix, 'opt'), /^postgresql(@\d+)?$/, 'bin')),
    ...versions('/Applications/Postgres.app/Contents/Versions', /^\d+$/, 'bin'),
    ...onPath(''),
  ];
  return folders.find((folder) => isExecutable(join(folder, 'postgres')) && isExecutable(join(folder, 'initdb')));
}

function findRedis(): string | undefined {
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

/** The newest release that `go install` can build: later ones have replace directives. */
const goPackage = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** Shared by all working copies of this user: the binary has 250 MB. */
const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'durable-food-delivery', 'bin');

/** The `temporal` program on PATH, or one that an earlier run obtained. */
export function findTemporal(): string | undefined {
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const obtained = readdirSync(folder)
    .filter((file) => file.startsWith('temporal'))
    .sort()
    .reverse();
  return firstExecutable([...onPath('temporal'), ...obtained.map((file) => join(folder, file))]);
}

const waysToObtain = {
  'Downloading the Temporal dev server': download,
  'Building the Temporal dev server with Go (some minutes, once)': buildWithGo,
};

/** Downloads the program with Temporal's SDK, or else builds it with Go. Resolves to its path, or prints why neither works. */
export async function obtainTemporal(): Promise<string | undefined> {
  for (const [label, obtain] of Object.entries(waysToObtain)) {
    try {
      await withProgress(label, obtain);
      const found = findTemporal();
      if (found) return found;
    } catch (error) {
      process.stderr.write(`  ${messageOf(error).split('\n')[0]}\n`);
    }
  }
  return undefined;
}

/** The SDK downloads a server only to start it. */
async function download(): Promise<void> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: cacheFolder() } },
  });
  await environment.teardown();
}

async function buildWithGo(): Promise<void> {
  await promisify(execFile)('go', ['install', goPackage], { env: { ...process.env, GOBIN: cacheFolder() } });
}

export const finders = { postgres: findPostgres, redis: findRedis, rabbitmq: findRabbitmq, temporal: findTemporal };
