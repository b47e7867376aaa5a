import { join } from 'node:path';
import { stackEnvironment } from '../addresses';
import { instanceNamed, projectRoot } from '../instance';
import { withStack } from '../launcher';
import { addressLines, printLines, say } from '../screen';
import { runNode } from './run-node';
import { portPolicy } from './start';

export interface DemoFlags {
  name: string;
  portBase?: number;
  yes?: boolean;
  keep: boolean;
}

/** A fresh stack, the demo's walk through it, and the end of it. Exits as the walk does. */
export function runDemo(flags: DemoFlags, args: string[]): Promise<number> {
  const instance = instanceNamed(flags.name);
  return withStack(
    {
      instance,
      ports: portPolicy(flags.portBase),
      yes: flags.yes ?? false,
      serversOnly: false,
      durable: false,
      fresh: true,
      env: process.env,
      say,
    },
    async ({ addresses, warden, stopped }) => {
      const env = { ...process.env, ...stackEnvironment(addresses, process.env) };
      const code = await runNode([join(projectRoot, 'dist', 'tools', 'demo', 'main.js'), ...args], {
        env,
        warden,
        stopped,
      });
      if (flags.keep) {
        printLines(['', 'The stack stays up; Ctrl-C stops it:', ...addressLines(addresses)]);
        await stopped;
      }
      return code;
    },
  );
}
