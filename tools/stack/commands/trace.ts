import { join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { stackEnvironment } from '../addresses';
import { instanceNamed, projectRoot, wipe } from '../instance';
import { withStack } from '../launcher';
import { ampleLimits } from '../limits';
import { printLines, say } from '../screen';
import { pictureOf } from '../../trace/picture';
import { startReceiver } from '../../trace/receiver';
import { lastOrder } from '../../trace/rows';
import { waterfall } from '../../trace/waterfall';
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
  const sections = lastOrder(receiver.spans());
  printLines(waterfall(sections));
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'trace.svg'), pictureOf(sections));
  say(`the picture is ${join(out, 'trace.svg')}`);
  return 0;
}
