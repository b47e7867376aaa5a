import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { ExpectedError } from '../../cli/output';
import { withProgress } from '../progress';
import { firstExecutable, onPath } from './binaries';

/** A server that a package manager can bring, by the names of its packages. */
export interface Installable {
  title: string;
  apt: string;
  brew: string;
}

export const INSTALLABLE = {
  postgres: { title: 'PostgreSQL', apt: 'postgresql', brew: 'postgresql@17' },
  rabbitmq: { title: 'RabbitMQ', apt: 'rabbitmq-server', brew: 'rabbitmq' },
  redis: { title: 'Redis', apt: 'redis-server', brew: 'redis' },
} as const satisfies Record<string, Installable>;

/** What always remains, as the end of a sentence. */
export const IN_CONTAINERS = 'or run everything in containers instead: docker compose up --build (docs/containers.md).';

interface PackageManager {
  /** Each is a whole command line. */
  commands: (packages: Installable[]) => string[][];
}

/** Thrown when a server is missing and cannot, or may not, be installed. */
export class ServerMissing extends ExpectedError {
  override readonly name = 'ServerMissing';
}

/**
 * Installs servers with the platform's package manager, and says so. Asks first when
 * somebody sits at the terminal and did not say `--yes`.
 * @throws ServerMissing with the one command that would bring them.
 */
export async function installServers(missing: Installable[], options: { yes: boolean }): Promise<void> {
  const names = missing.map(({ title }) => title).join(', ');
  const manager = findPackageManager();
  if (!manager) throw new ServerMissing(howToGet(missing));
  const commands = manager.commands(missing);
  const shown = commands.map((command) => `  ${command.join(' ')}`).join('\n');
  process.stderr.write(`${names}: not found on this machine. To be installed by\n${shown}\n`);
  if (process.stdin.isTTY && !options.yes && !(await confirms('Install now? [Y/n] '))) {
    throw new ServerMissing(howToGet(missing));
  }
  for (const command of commands) {
    await withProgress(command.join(' '), () => run(command));
  }
}

/** What a person can do about servers that this program cannot get. */
export function howToGet(missing: Installable[]): string {
  const names = missing.map(({ title }) => title).join(', ');
  const command =
    process.platform === 'darwin'
      ? `brew install ${missing.map(({ brew }) => brew).join(' ')}`
      : `sudo apt-get install -y ${missing.map(({ apt }) => apt).join(' ')}`;
  return [
    `Missing: ${names}. Install with`,
    `  ${command}`,
    'or give the address of a running one (.env.example lists the variables),',
    IN_CONTAINERS,
  ].join('\n');
}

function findPackageManager(): PackageManager | undefined {
  const brew = firstExecutable([...onPath('brew'), '/opt/homebrew/bin/brew']);
  if (process.platform === 'darwin') {
    return brew ? { commands: (packages) => [[brew, 'install', ...packages.map((each) => each.brew)]] } : undefined;
  }
  const apt = firstExecutable(onPath('apt-get'));
  const asRoot = process.getuid?.() === 0 ? [] : firstExecutable(onPath('sudo')) ? ['sudo'] : undefined;
  if (apt && asRoot) {
    const install = ['apt-get', 'install', '-y', '--no-install-recommends'];
    return {
      commands: (packages) => [
        [...asRoot, 'apt-get', 'update'],
        // RUNLEVEL=1: installed for this project only, so no system service shall start.
        [
          ...asRoot,
          'env',
          'DEBIAN_FRONTEND=noninteractive',
          'RUNLEVEL=1',
          ...install,
          ...packages.map((each) => each.apt),
        ],
      ],
    };
  }
  return brew ? { commands: (packages) => [[brew, 'install', ...packages.map((each) => each.brew)]] } : undefined;
}

async function confirms(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(question);
  terminal.close();
  return /^(y(es)?)?$/i.test(answer.trim());
}

/** sudo may ask for the password: it gets the terminal. */
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
      else reject(new ServerMissing(`${output}\n${[command, ...args].join(' ')} failed with exit code ${code}`));
    });
  });
}
