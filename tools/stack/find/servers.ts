import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { ExpectedError } from '../../cli/cli';
import type { ServerName } from '../addresses';
import { finders, firstExecutable, obtainTemporal, onPath } from './binaries';

const installable = [
  { server: 'postgres', title: 'PostgreSQL', apt: 'postgresql', brew: 'postgresql@17' },
  { server: 'rabbitmq', title: 'RabbitMQ', apt: 'rabbitmq-server', brew: 'rabbitmq' },
  { server: 'redis', title: 'Redis', apt: 'redis-server', brew: 'redis' },
] as const;
type Installable = (typeof installable)[number];

const orInContainers = 'or run everything in containers: docker compose up --build (docs/containers.md).';

export type ServerBinaries = { [Server in ServerName]?: ReturnType<(typeof finders)[Server]> };

/** Finds the programs of these servers, and installs the missing ones. Throws ExpectedError with what to do when that fails or is refused. */
export async function ensureServers(wanted: Set<ServerName>, options: { yes: boolean }): Promise<ServerBinaries> {
  const findMissing = () => installable.filter(({ server }) => wanted.has(server) && !finders[server]());
  const missing = findMissing();
  if (missing.length > 0) await installServers(missing, options);
  const stillMissing = findMissing();
  if (stillMissing.length > 0) throw new ExpectedError(howToGet(stillMissing));
  if (wanted.has('temporal') && !finders.temporal() && !(await obtainTemporal())) {
    throw new ExpectedError(
      'Missing: the Temporal CLI. Put it on PATH (https://docs.temporal.io/cli, or `brew install temporal`),\n' +
        `or set TEMPORAL_ADDRESS to a running server,\n${orInContainers}`,
    );
  }
  return Object.fromEntries([...wanted].map((server) => [server, finders[server]()]));
}

/** Installs servers with apt or Homebrew, and prints the commands first. Asks at a terminal, unless `yes`. */
async function installServers(missing: Installable[], { yes }: { yes: boolean }): Promise<void> {
  const commands = installCommands(missing);
  if (!commands) throw new ExpectedError(howToGet(missing));
  const shown = commands.map((command) => `  ${command.join(' ')}`).join('\n');
  process.stderr.write(`Not found on this machine: ${titles(missing)}. To install:\n${shown}\n`);
  if (process.stdin.isTTY && !yes && !(await confirms('Install now? [Y/n] '))) {
    throw new ExpectedError(howToGet(missing));
  }
  for (const [command = '', ...args] of commands) {
    const child = spawn(command, args, { stdio: ['inherit', process.stderr, process.stderr] }); // sudo may ask for the password.
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new ExpectedError(`${[command, ...args].join(' ')} failed with exit code ${code}`);
  }
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
