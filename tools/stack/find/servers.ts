/** Finds the servers on this machine, and installs the missing ones. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { ExpectedError } from '../../cli/output';
import type { ServerName } from '../addresses';
import { withProgress } from '../screen';
import { findPostgres, findRabbitmq, findRedis, firstExecutable, onPath, type RabbitmqBinaries } from './binaries';
import { findTemporal, obtainTemporal } from './temporal-cli';

/** Servers by the names of their packages. */
const installable = [
  { server: 'postgres', title: 'PostgreSQL', apt: 'postgresql', brew: 'postgresql@17' },
  { server: 'rabbitmq', title: 'RabbitMQ', apt: 'rabbitmq-server', brew: 'rabbitmq' },
  { server: 'redis', title: 'Redis', apt: 'redis-server', brew: 'redis' },
] as const;
type Installable = (typeof installable)[number];

const orInContainers = 'or run everything in containers: docker compose up --build (docs/containers.md).';

/** A server is missing and cannot, or must not, be installed. */
export class ServerMissingError extends ExpectedError {
  override readonly name = 'ServerMissingError';
}

/** The programs of the servers that this stack runs itself; undefined for all others. */
export interface ServerBinaries {
  postgres?: string | undefined;
  redis?: string | undefined;
  rabbitmq?: RabbitmqBinaries | undefined;
  temporal?: string | undefined;
}

/** Finds the programs of these servers, and installs the missing ones. Throws ServerMissingError with what a person can do. */
export async function ensureServers(wanted: Set<ServerName>, options: { yes: boolean }): Promise<ServerBinaries> {
  const missing = missingPackages(wanted, find(wanted));
  if (missing.length > 0) await installServers(missing, options);
  const found = find(wanted);
  const stillMissing = missingPackages(wanted, found);
  if (stillMissing.length > 0) throw new ServerMissingError(howToGet(stillMissing));
  if (!wanted.has('temporal')) return found;
  const temporal = found.temporal ?? (await obtainTemporal());
  if (temporal) return { ...found, temporal };
  throw new ServerMissingError(
    'Missing: the Temporal CLI. Put it on PATH (https://docs.temporal.io/cli, or `brew install temporal`),\n' +
      `or set TEMPORAL_ADDRESS to a running server,\n${orInContainers}`,
  );
}

const find = (wanted: Set<ServerName>): ServerBinaries => ({
  postgres: wanted.has('postgres') ? findPostgres() : undefined,
  redis: wanted.has('redis') ? findRedis() : undefined,
  rabbitmq: wanted.has('rabbitmq') ? findRabbitmq() : undefined,
  temporal: wanted.has('temporal') ? findTemporal() : undefined,
});

const missingPackages = (wanted: Set<ServerName>, found: ServerBinaries): Installable[] =>
  installable.filter(({ server }) => wanted.has(server) && !found[server]);

/**
 * Installs servers with apt or Homebrew, and prints the commands first. Asks at a terminal, unless `yes`. Throws ServerMissingError with
 * the command that would install them.
 */
async function installServers(missing: Installable[], { yes }: { yes: boolean }): Promise<void> {
  const commands = installCommands(missing);
  if (!commands) throw new ServerMissingError(howToGet(missing));
  const shown = commands.map((command) => `  ${command.join(' ')}`).join('\n');
  process.stderr.write(`Not found on this machine: ${titles(missing)}. To install:\n${shown}\n`);
  if (process.stdin.isTTY && !yes && !(await confirms('Install now? [Y/n] '))) {
    throw new ServerMissingError(howToGet(missing));
  }
  for (const command of commands) await withProgress(command.join(' '), () => run(command));
}

/** What a person can do about servers that this program cannot install. */
function howToGet(missing: Installable[]): string {
  const command =
    process.platform === 'darwin'
      ? `brew install ${missing.map(({ brew }) => brew).join(' ')}`
      : `sudo apt-get install -y ${missing.map(({ apt }) => apt).join(' ')}`;
  return [
    `Missing: ${titles(missing)}. Install with`,
    `  ${command}`,
    'or give the address of a running server (.env.example lists the variables),',
    orInContainers,
  ].join('\n');
}

const titles = (servers: Installable[]): string => servers.map(({ title }) => title).join(', ');

/** Command lines of this machine's package manager; undefined when it has none. */
function installCommands(missing: Installable[]): string[][] | undefined {
  const apt = process.platform === 'darwin' ? undefined : firstExecutable(onPath('apt-get'));
  const asRoot = process.getuid?.() === 0 ? [] : firstExecutable(onPath('sudo')) ? ['sudo'] : undefined;
  if (apt && asRoot) {
    // RUNLEVEL=1: the package must not start a system service.
    const quietly = ['env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1'];
    const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing.map((each) => each.apt)];
    return [
      [...asRoot, 'apt-get', 'update'],
      [...asRoot, ...quietly, ...install],
    ];
  }
  const brew = firstExecutable([...onPath('brew'), '/opt/homebrew/bin/brew']);
  return brew ? [[brew, 'install', ...missing.map((each) => each.brew)]] : undefined;
}

async function confirms(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(question);
  terminal.close();
  return /^(y(es)?)?$/i.test(answer.trim());
}

/** sudo gets the terminal, because it may ask for the password. */
function run([command = '', ...args]: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const stdio = command === 'sudo' ? 'inherit' : 'pipe';
    const child = spawn(command, args, { stdio: ['inherit', stdio, stdio] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new ServerMissingError(`${output}\n${[command, ...args].join(' ')} failed with exit code ${code}`));
    });
  });
}
