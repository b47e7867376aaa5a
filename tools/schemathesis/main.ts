/**
 * Schemathesis against each service of a running system, by its own document: no answer may be a 5xx, or one that the document does
 * not know. Exits with 1 if one was. Needs `python3` and PyPI, the first time.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withIds } from '../documents/with-ids';
import { createCommand, createMain, nameOption, runAsProgram, yesOption } from '../cli/command';
import { anOperator, authorization } from '../stack/access';
import { ampleRateLimits, onFreshSystem } from '../stack/fresh-system';
import { projectRoot } from '../stack/instance';
import { createWorld, type Addresses } from './world';

const version = '4.32.0';
const folder = join(projectRoot, '.stack', `schemathesis-${version}`);
const program = join(folder, 'bin', 'schemathesis');

/**
 * All that are about answers. Not: whether an undeclared method is 405 (here 404), whether every body that fits is taken (a schema cannot say
 * every rule), and whether what was created is found by whatever else is sent about it (another restaurant's menu item is not).
 */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'missing_required_header',
  'ignored_auth',
];
/** The same seed finds the same things again. The time is for each service. */
const bounds = ['--seed', '20261129', '--max-examples', '20', '--max-time', '25'];

async function install(): Promise<void> {
  if (existsSync(program)) return;
  const done =
    (await run('python3', ['-m', 'venv', folder])) === 0 &&
    (await run(join(folder, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${version}`])) === 0;
  if (!done) throw new Error(`schemathesis could not be installed: it needs python3 with venv, and PyPI`);
}

function run(command: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    // Where it may leave files of its own.
    const child = spawn(command, args, { cwd: join(projectRoot, '.stack'), stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function address(service: string): string {
  const variable = `${service.toUpperCase()}_SERVICE_URL`;
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set`);
  return value;
}

async function examine(): Promise<number> {
  await install();
  const addresses: Addresses = {
    user: address('user'),
    restaurant: address('restaurant'),
    delivery: address('delivery'),
  };
  const services = ['user', 'restaurant', 'delivery'] as const;
  // Each gets a world of its own, for what one leaves of it is nothing for the next; before the first begins, whose orders would have every agent.
  const worlds = [];
  for (const service of services) worlds.push({ service, ids: await createWorld(addresses) });
  const failed: string[] = [];
  for (const { service, ids } of worlds) {
    const url = addresses[service];
    const said = (await (await fetch(`${url}/openapi.json`)).json()) as object;
    const document = withIds(said, ids);
    const file = join(folder, `${service}.json`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, JSON.stringify(document));
    const { authorization: token = '' } = await authorization(anOperator);
    const options = ['--url', url, '-H', `Authorization: ${token}`, '--checks', checks.join(','), ...bounds];
    const quiet = ['--continue-on-failure', '--generation-database', 'none', '--warnings', 'off'];
    if ((await run(program, ['run', file, ...options, ...quiet])) !== 0) failed.push(service);
  }
  process.stdout.write(failed.length === 0 ? 'No undocumented answer.\n' : `Undocumented: ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}

interface SchemathesisFlags {
  name: string;
  yes?: boolean;
}

/** `npm run schemathesis`: exit code 1 when an answer is not in its document. */
export const main = createMain((run) =>
  createCommand('schemathesis', 'look for answers that the OpenAPI documents do not know')
    .addOption(nameOption('schemathesis'))
    .addOption(yesOption())
    .action((flags: SchemathesisFlags) =>
      run(
        onFreshSystem({ ...flags, env: ampleRateLimits }, ({ env }) => {
          Object.assign(process.env, env);
          return examine();
        }),
      ),
    ),
);

if (require.main === module) runAsProgram(main);
