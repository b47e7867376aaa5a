/** The demo's scenarios: each runs to its end, and has a page. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { scenarios } from '../../tools/demo/scenarios';
import { stackEnvironment } from '../../tools/stack/addresses';
import { launchSystem, removeAll } from './fixtures/launched';

const root = path.resolve(__dirname, '../..');
const demo = path.join(root, 'dist/tools/demo/main.js');

interface Ended {
  code: number | string | null | undefined;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, success or not. */
const run = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });

const runScenario = async (scenario: string, shown: string, env: NodeJS.ProcessEnv = {}): Promise<void> => {
  const { code, stdout, stderr } = await run([demo, '--running', '--scenario', scenario], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(shown);
};

const shareable = [
  ['delivered', 'rated'],
  ['refusal', 'undone  restaurant order'],
  ['cancel', 'cancelled by an operator'],
];

test.each(shareable)('the demo runs the scenario %s to its end and shows "%s"', (scenario, shown) =>
  runScenario(scenario, shown),
);

/** They need short time limits or their own couriers, or stop a part. In this order: the second one must start without a courier. */
const alone = [
  ['no-answer', 'the restaurant did not decide in time'],
  ['no-courier', 'no agent was found in time'],
  ['service-down', 'restaurant service slow or unavailable, retrying'],
];

describe('on a system of its own', () => {
  /** Far above what the other steps take, on a busy machine too. */
  const limits = { DECISION_LIMIT_MS: '15000', COURIER_LIMIT_MS: '10000', ATTEMPT_MS: '2000' };
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    const launched = await launchSystem(limits);
    const { addresses } = await launched.status();
    if (!addresses) throw new Error('the system is ready but has no addresses');
    env = { ...stackEnvironment(addresses, {}), STACK_SOCKET: launched.instance.socketPath };
  }, 150_000);
  afterAll(removeAll);

  test.each(alone)('the demo runs the scenario %s to its end and shows "%s"', (scenario, shown) =>
    runScenario(scenario, shown, env),
  );
});

test('every scenario is tested here', () => {
  expect([...shareable, ...alone].map(([name]) => name).sort()).toEqual(Object.keys(scenarios).sort());
});

test('the demo names the request and exits with 1 when a service does not answer', async () => {
  const nowhere = 'http://127.0.0.1:1';
  const { code, stderr } = await run([demo, '--running', '--scenario', 'refusal'], { RESTAURANT_SERVICE_URL: nowhere });
  expect(code).toBe(1);
  expect(stderr).toContain(`POST ${nowhere}/restaurants got no answer`);
});

test('the demo names the scenarios and starts nothing when the given one does not exist', async () => {
  const { code, stdout, stderr } = await run([demo, '--scenario', 'nope', '--name', 'never']);
  expect(code).toBe(2);
  expect(stderr).toContain(Object.keys(scenarios).join(', '));
  expect(stdout).toBe('');
  expect(existsSync(path.join(root, '.stack', 'never'))).toBe(false);
});

const pages = Object.keys(scenarios).filter((name) => name !== 'delivered'); // The README is the page of that one.

test.each(pages)('the scenario %s has a page that links to its tests', (scenario) => {
  const page = readFileSync(path.join(root, 'docs/scenarios', `${scenario}.md`), 'utf8');
  expect(page).toMatch(/^Tests: \[/m);
});
