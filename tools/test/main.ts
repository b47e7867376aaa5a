import { join } from 'node:path';
import { createFreshCommand, createMain } from '../cli/cli';
import { ampleRateLimits, onFreshSystem, type FreshSystem } from '../stack/launcher';
import { projectRoot } from '../stack/instance';

const jest = join(projectRoot, 'node_modules', 'jest', 'bin', 'jest.js');

/** The tiers of a plain `npm test`, which answers in minutes. Many of their tests wait for a timer: three at once keep two cores busy. */
const quickTiers = ['--selectProjects', 'unit', 'component', 'e2e', '--maxWorkers', '3'];

/** `npm test` and `npm run test:all`: Jest against a system of its own. The exit code is Jest's. */
export const main = createMain((run) =>
  createFreshCommand('test', 'run the quick tiers, every tier, or the given test files against real servers')
    .option('--all', 'every tier, faults too', false)
    .allowUnknownOption()
    .argument('[args...]', 'for Jest')
    .action((jestArgs: string[], { all, ...flags }: { name: string; yes: boolean; all: boolean }) =>
      run(
        onFreshSystem({ ...flags, env: ampleRateLimits, postgresSettings: hostileDefaults }, (system) =>
          system.runNode([jest, ...tiers(all, jestArgs), ...jestArgs], { POSTGRES_ADMIN_URL: adminUrlOf(system) }),
        ),
      ),
    ),
);

/** No connection of ours may depend on the defaults of the server (lib/postgres/session.ts). */
const hostileDefaults = {
  timezone: 'Asia/Kolkata',
  datestyle: 'SQL, DMY',
  intervalstyle: 'sql_standard',
  extra_float_digits: '-3',
  standard_conforming_strings: 'off',
  search_path: 'nowhere',
  default_transaction_isolation: 'serializable',
};

/** A named file is searched in every tier. */
const tiers = (all: boolean, jestArgs: string[]): string[] =>
  all || jestArgs.some((arg) => !arg.startsWith('-')) ? [] : quickTiers;

/** For tests that make databases of their own. */
const adminUrlOf = ({ addresses }: FreshSystem): string =>
  Object.assign(new URL(addresses.postgres.user), { pathname: '/postgres' }).href;
