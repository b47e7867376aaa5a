import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { stackEnvironment } from '../addresses';
import { instanceNamed, projectRoot, wipe } from '../instance';
import { withStack } from '../launcher';
import { ampleLimits } from '../limits';
import { say } from '../screen';
import { startReceiver } from '../../trace/receiver';
import { runNode } from './run-node';

export interface TraceFlags {
  name: string;
  yes?: boolean;
  out: string;
}

/** A fresh system that traces, some orders, and a picture of the last one's trace. Its data is removed. */
export async function runTrace({ name, yes, out }: TraceFlags): Promise<number> {
  const instance = instanceNamed(name);
  const receiver = await startReceiver();
  const env = { ...process.env, ...ampleLimits, ...receiver.environment };
  const code = await withStack(
    {
      instance,
      ports: { kind: 'any' }, // Beside a stack that a person has running.
      yes: yes ?? false,
      serversOnly: false,
      durable: false,
      fresh: true,
      env,
      say,
    },
    ({ addresses, warden, stopped }) =>
      runNode([join(projectRoot, 'dist', 'tools', 'trace', 'main.js')], {
        env: { ...env, ...stackEnvironment(addresses, env), STACK_SOCKET: instance.socketPath, STACK_NAME: name },
        warden,
        stopped,
      }),
  );
  await receiver.close(); // the system has ended, so everything has come
  if (code !== 0) return code;
  wipe(instance);
  writeFileSync(join(out, 'spans.json'), JSON.stringify(receiver.spans()));
  return 0;
}
