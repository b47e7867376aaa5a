import { join } from 'node:path';
import { scenarios, type ScenarioName } from '../../demo/scenarios/names';
import { stackEnvironment } from '../addresses';
import { findTemporal } from '../find/temporal-cli';
import { instanceNamed, projectRoot } from '../instance';
import { withStack } from '../launcher';
import { addressLines, printLines, say } from '../screen';
import { runNode } from './run-node';
import { portPolicy } from './start';

export interface DemoFlags {
  scenario: ScenarioName;
  name: string;
  portBase?: number;
  yes?: boolean;
  keep: boolean;
}

/** A fresh stack, a scenario's walk through it, and the end of it. Exits as the walk does. */
export function runDemo({ scenario, ...flags }: DemoFlags): Promise<number> {
  const instance = instanceNamed(flags.name);
  const env = { ...process.env, ...scenarios[scenario].environment };
  return withStack(
    {
      instance,
      ports: portPolicy(flags.portBase),
      yes: flags.yes ?? false,
      serversOnly: false,
      durable: false,
      fresh: true,
      env,
      say,
    },
    async ({ addresses, binaries, warden, stopped }) => {
      const temporalCli = binaries.temporal ?? findTemporal(); // The second beside a server of others.
      const walk = [join(projectRoot, 'dist', 'tools', 'demo', 'main.js'), '--scenario', scenario];
      const code = await runNode(walk, {
        env: {
          ...env,
          ...stackEnvironment(addresses, env),
          STACK_SOCKET: instance.socketPath,
          ...(temporalCli && { TEMPORAL_CLI: temporalCli }),
        },
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
