import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { secretOf } from '../access';
import { stackEnvironment } from '../addresses';
import { askStack } from '../control';
import { instanceNamed, projectRoot } from '../instance';

/**
 * Runs the codec server of the system that runs as a stack, or else of the one that the environment gives the addresses of, until Ctrl-C. Exits
 * as the server does.
 */
export async function runCodecServer({ name }: { name: string }): Promise<number> {
  const instance = instanceNamed(name);
  const reply = await askStack(instance.socketPath, { command: 'status' });
  const addresses = reply?.ok ? reply.status.addresses : null;
  const secret = process.env['AUTH_JWKS_URL'] ? undefined : secretOf(instance, process.env);
  const env = {
    ...process.env,
    ...(addresses && stackEnvironment(addresses, process.env)),
    ...(secret && { AUTH_SECRET: secret }),
  };
  const child = spawn(process.execPath, [join(projectRoot, 'dist', 'tools', 'codec-server', 'main.js')], {
    cwd: projectRoot,
    env,
    stdio: 'inherit',
  });
  // Ctrl-C reaches both; this one waits for the other's end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
