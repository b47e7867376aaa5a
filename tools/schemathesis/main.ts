/** Runs Schemathesis against each service, by the service's own document. The first run needs `python3` and PyPI. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleIds } from '../../api/openapi/examples';
import { createFreshCommand, createMain, exitCodes, printLines } from '../cli/cli';
import { bodyOf } from '../platform/answer';
import { createPlatform, type Platform } from '../platform/platform';
import { until } from '../platform/until';
import { addAgents, addConfirmedOrder, addKitchen } from '../platform/world';
import { anOperator, authorization } from '../stack/access';
import { serviceNames } from '../stack/addresses';
import { ampleRateLimits, onFreshSystem, type FreshSystem } from '../stack/launcher';
import { projectRoot } from '../stack/instance';

const version = '4.32.0';
const folder = join(projectRoot, '.stack', `schemathesis-${version}`);
const program = join(folder, 'bin', 'schemathesis');

/** Every check of an answer but three: an undeclared method is 404 here, not every fitting body is accepted, nor what was created found by all. */
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
/** Per service. The same seed makes up the same requests. */
const bounds = ['--seed', '20261129', '--max-examples', '20', '--max-time', '25'];

async function install(): Promise<void> {
  if (existsSync(program)) return;
  const installed =
    (await run('python3', ['-m', 'venv', folder])) === 0 &&
    (await run(join(folder, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${version}`])) === 0;
  if (!installed) throw new Error('could not install schemathesis: it needs python3 with venv, and PyPI');
}

async function run(command: string, args: string[]): Promise<number> {
  const cwd = folder; // it may leave files there
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function examine({ addresses }: FreshSystem): Promise<number> {
  mkdirSync(folder, { recursive: true });
  await install();
  const platform = createPlatform();
  // Each service gets its own world, since a run may leave nothing usable of it. All are made first: later orders would find no free agent.
  const worlds = [];
  for (const service of serviceNames) worlds.push({ service, ids: await createWorld(platform) });
  const { authorization: token = '' } = await authorization(anOperator);
  const failed: string[] = [];
  for (const { service, ids } of worlds) {
    const document = bodyOf(await platform.request<object>(service, 'GET', '/openapi.json'));
    const file = join(folder, `${service}.json`);
    writeFileSync(file, JSON.stringify(withIds(document, ids)));
    const target = ['--url', addresses.api[service], '-H', `Authorization: ${token}`, '--checks', checks.join(',')];
    const streams = ['--exclude-path-regex', '/events$']; // they end only when their client goes
    const quiet = ['--continue-on-failure', '--generation-database', 'none', '--warnings', 'off'];
    if ((await run(program, ['run', file, ...target, ...bounds, ...streams, ...quiet])) !== 0) failed.push(service);
  }
  printLines([failed.length === 0 ? 'Every answer is documented.' : `Undocumented answers: ${failed.join(', ')}`]);
  return failed.length === 0 ? exitCodes.fine : exitCodes.failed;
}

/** `npm run schemathesis`: exit code 1 when an answer is a 5xx or is not in its service's document. */
export const main = createMain((run) =>
  createFreshCommand('schemathesis', 'look for answers that the OpenAPI documents do not describe').action(
    (flags: { name: string; yes: boolean }) => run(onFreshSystem({ ...flags, env: ampleRateLimits }, examine)),
  ),
);

/** Ids of things that exist, by their names in the examples. */
export type RealIds = Partial<Record<keyof typeof exampleIds, string | undefined>>;

/** The same value with real ids in place of the examples' own. */
export function withIds<T>(value: T, ids: RealIds): T {
  let text = JSON.stringify(value);
  for (const [name, id] of Object.entries(ids)) text = text.replaceAll(exampleIds[name as keyof RealIds], id);
  return JSON.parse(text) as T;
}

/** Adds a restaurant, an agent and a confirmed order, whose ids go into the examples. Throws when a request is refused. */
export async function createWorld(platform: Platform): Promise<RealIds> {
  const user = randomUUID();
  const kitchen = await addKitchen(platform);
  const [agent] = await addAgents(platform, 1);
  const order = await addConfirmedOrder(platform, kitchen, user);
  await until('the order has its agent', async () => bodyOf(await platform.delivery(order)));
  return { user, restaurant: kitchen.restaurant_id, menuItem: kitchen.menu_ids[0], order, agent };
}
