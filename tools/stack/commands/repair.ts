import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { externalServers, stackEnvironment } from '../addresses';
import { askStack } from '../control';
import { instanceNamed, projectRoot } from '../instance';

export interface RepairFlags {
  name: string;
  yes: boolean;
  json: boolean;
  order?: string;
}

/** Repairs the system that runs as a stack, or else the one that the environment gives the addresses of. Exits as the repair does. */
export async function runRepair({ name, yes, json, order }: RepairFlags): Promise<number> {
  const reply = await askStack(instanceNamed(name).socketPath, { command: 'status' });
  const addresses = reply?.ok ? reply.status.addresses : null;
  const { temporal, postgres } = externalServers(process.env);
  if (!addresses && !(temporal && postgres)) {
    process.stderr.write(
      `The stack "${name}" does not run: npm start. For another system set TEMPORAL_ADDRESS and the three databases (.env.example).\n`,
    );
    return 1;
  }
  const args = [
    join(projectRoot, 'dist', 'tools', 'repair', 'main.js'),
    ...(yes ? ['--yes'] : []),
    ...(json ? ['--json'] : []),
    ...(order === undefined ? [] : ['--order', order]),
  ];
  const env = { ...process.env, ...(addresses && stackEnvironment(addresses, process.env)) };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: projectRoot, env, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
