import { spawn } from 'node:child_process';
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

/** The compose file as a project of its own, to which no secret is given. `remove` deletes its containers and volumes. */
export function openCompose() {
  const compose = (...more: string[]) =>
    output('docker', ['compose', '--project-name', project, '--env-file', '/dev/null', ...more]);
  return {
    /** Builds, starts and waits until each container is healthy, or has ended well. */
    up: (...services: string[]) => compose('up', '--build', '--detach', '--wait', '--wait-timeout', '300', ...services),
    kill: (service: string) => compose('kill', service),
    down: () => compose('down'),
    logs: (service: string) => compose('logs', '--no-log-prefix', '--no-color', service),
    /** The services that run, without the jobs that have ended. */
    running: async () => (await compose('ps', '--services', '--status', 'running')).split('\n').filter(Boolean).sort(),
    /** What a command prints in a running container. */
    ask: (service: string, ...command: string[]) => compose('exec', '-T', service, ...command),
    /** What a tool prints in a container of its own. */
    run: (tool: string, ...args: string[]) => compose('run', '--rm', '-T', tool, ...args),
    remove: () => compose('down', '--volumes', '--remove-orphans'),
  };
}

/** Standard output. Rejects with standard error when the command fails. */
function output(command: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectRoot, env: withoutSecrets(), stdio: ['ignore', 'pipe', 'pipe'] });
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

/** `.env` may have given some to this process. */
const withoutSecrets = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_(SECRET|PASSWORD)$|^AUTH_JWKS_URL$/.test(name)));
