import { join } from 'node:path';
import { stackEnvironment } from '../addresses';
import { findTemporal } from '../find/temporal-cli';
import { instanceNamed, projectRoot } from '../instance';
import { withStack } from '../launcher';
import { ampleLimits } from '../limits';
import { say } from '../screen';
import { postgresAdminUrl } from '../servers/postgres';
import type { RunningStack } from '../stack';
import { runNode } from './run-node';

export interface TestFlags {
  name: string;
  yes?: boolean;
}

/** A fresh stack on free ports, Jest with its addresses, and the end of it. Exits as Jest does. */
export function runTests(flags: TestFlags, jestArgs: string[]): Promise<number> {
  const instance = instanceNamed(flags.name);
  const env = { ...process.env, ...ampleLimits };
  return withStack(
    {
      instance,
      ports: { kind: 'any' }, // Beside a stack that a person has running.
      yes: flags.yes ?? false,
      serversOnly: false,
      durable: false,
      fresh: true,
      env,
      say,
    },
    ({ warden, stopped, ...running }) => {
      const jest = join(projectRoot, 'node_modules', 'jest', 'bin', 'jest.js');
      return runNode([jest, ...jestArgs], {
        env: { ...env, ...testEnvironment(running), STACK_SOCKET: instance.socketPath },
        warden,
        stopped,
      });
    },
  );
}

function testEnvironment({ addresses, binaries, ports }: RunningStack): Record<string, string> {
  const adminUrl = new URL(addresses.postgres.user);
  adminUrl.pathname = '/postgres';
  const temporalCli = binaries.temporal ?? findTemporal(); // The second beside a server of others.
  return {
    ...stackEnvironment(addresses, process.env),
    POSTGRES_ADMIN_URL: binaries.postgres ? postgresAdminUrl(ports) : adminUrl.href,
    ...(temporalCli && { TEMPORAL_CLI: temporalCli }),
  };
}
