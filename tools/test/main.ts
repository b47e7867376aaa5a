import { join } from 'node:path';
import { createCommand, createMain, nameOption, runAsProgram, yesOption } from '../cli/command';
import { ampleRateLimits, onFreshSystem, type FreshSystem } from '../stack/fresh-system';
import { projectRoot } from '../stack/instance';
import { postgresAdminUrl } from '../stack/servers/postgres';

interface TestFlags {
  name: string;
  yes?: boolean;
}

const jest = join(projectRoot, 'node_modules', 'jest', 'bin', 'jest.js');

/** `npm test`: Jest against a system of its own. The exit code is Jest's. */
export const main = createMain((run) =>
  createCommand('test', 'run every test against real servers')
    .addOption(nameOption('test'))
    .addOption(yesOption())
    .allowUnknownOption()
    .argument('[args...]', 'for Jest')
    .action((jestArgs: string[], flags: TestFlags) =>
      run(
        onFreshSystem({ ...flags, env: ampleRateLimits }, (system) =>
          system.runNode([jest, ...jestArgs], { POSTGRES_ADMIN_URL: adminUrlOf(system) }),
        ),
      ),
    ),
);

/** For tests that make databases of their own. */
function adminUrlOf({ addresses, binaries, ports }: FreshSystem): string {
  if (binaries.postgres) return postgresAdminUrl(ports);
  return Object.assign(new URL(addresses.postgres.user), { pathname: '/postgres' }).href;
}

if (require.main === module) runAsProgram(main);
