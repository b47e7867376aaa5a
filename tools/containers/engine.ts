import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExpectedError } from '../cli/cli';
import { projectRoot } from '../stack/instance';

const project = 'food-delivery-test';

/** The engine's version; undefined where there is no Docker engine with Compose. */
export async function engineVersion(): Promise<string | undefined> {
  const engine = await output('docker', ['version', '--format', '{{.Server.Version}}']).catch(() => undefined);
  const compose = await output('docker', ['compose', 'version', '--short']).catch(() => undefined);
  return engine && compose ? `${engine.trim()}, Compose ${compose.trim()}` : undefined;
}

export type Compose = ReturnType<typeof openCompose>;

/** The compose file as a project of its own, with new passwords. `remove` deletes its containers, volumes and passwords. */
export function openCompose() {
  const folder = mkdtempSync(join(tmpdir(), 'containers-'));
  const passwords = join(folder, 'env');
  const secrets = Object.fromEntries(secretNames().map((name) => [name, randomBytes(32).toString('hex')]));
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(passwords, lines.join(''), { mode: 0o600 });
  const args = ['compose', '--project-name', project, '--env-file', passwords];
  const compose = (...more: string[]) => output('docker', [...args, ...more]);
  return {
    secrets,
    /** Builds, starts and waits until each container is healthy, or has ended well. */
    up: (...services: string[]) => compose('up', '--build', '--detach', '--wait', '--wait-timeout', '300', ...services),
    kill: (service: string) => compose('kill', service),
    down: () => compose('down'),
    logs: (service: string) => compose('logs', '--no-log-prefix', '--no-color', service),
    /** The services that run, without the jobs that have ended. */
    running: async () => (await compose('ps', '--services', '--status', 'running')).split('\n').filter(Boolean).sort(),
    async remove(): Promise<void> {
      await compose('down', '--volumes', '--remove-orphans');
      rmSync(folder, { recursive: true });
    },
  };
}

/** What the compose file requires, `${NAME:?…}`. */
function secretNames(): string[] {
  const file = readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8');
  return [...new Set([...file.matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name))];
}

/** Standard output. Rejects with standard error when the command fails. */
function output(command: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err]: Buffer[][] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out?.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err?.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve(Buffer.concat(out ?? []).toString());
      const lastLines = Buffer.concat(err ?? [])
        .toString()
        .trimEnd()
        .split('\n')
        .slice(-30);
      reject(new ExpectedError(`${command} ${args.join(' ')} failed:\n${lastLines.join('\n')}`));
    });
  });
}
