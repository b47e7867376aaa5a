/** The demo's scenarios: each is walked to its end, and its page is true to its tests. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { scenarios } from '../../tools/demo/scenarios/scenarios';
import { stackEnvironment } from '../../tools/stack/addresses';
import { launchSystem, removeAll } from './fixtures/launched';

const root = path.resolve(__dirname, '../..');
const demo = path.join(root, 'dist/tools/demo/main.js');

interface Ended {
  code: number | string | null | undefined;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, whichever that is. */
const run = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });

const walk = async (scenario: string, shown: string, env: NodeJS.ProcessEnv = {}): Promise<void> => {
  const { code, stdout, stderr } = await run([demo, '--running', '--scenario', scenario], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(shown);
};

const shareable = [
  ['delivered', 'rated'],
  ['refusal', 'undone  restaurant order'],
  ['cancel', 'cancelled by an operator'],
];

test.each(shareable)('the demo walks the scenario %s to its end and shows it ("%s")', (scenario, shown) =>
  walk(scenario, shown),
);

/** They need short limits, couriers of their own, or stop a part. In this order: the second one begins without any courier. */
const alone = [
  ['no-answer', 'the restaurant did not decide in time'],
  ['no-courier', 'no agent was found in time'],
  ['service-down', 'restaurant service slow or unavailable, retrying'],
];

describe('on a system of its own', () => {
  /** For all of them: far above what the steps take that are not to meet them, on a busy machine too. */
  const limits = { DECISION_LIMIT_MS: '15000', COURIER_LIMIT_MS: '10000', ATTEMPT_MS: '2000' };
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    const launched = await launchSystem(limits);
    const { addresses } = await launched.status();
    if (!addresses) throw new Error('the system is ready but has no addresses');
    env = { ...stackEnvironment(addresses, {}), STACK_SOCKET: launched.instance.socketPath };
  }, 150_000);
  afterAll(removeAll);

  test.each(alone)('the demo walks the scenario %s to its end and shows it ("%s")', (scenario, shown) =>
    walk(scenario, shown, env),
  );
});

test('every scenario is walked here', () => {
  expect([...shareable, ...alone].map(([name]) => name).sort()).toEqual(Object.keys(scenarios).sort());
});

test('the demo, when a service does not answer, says which request and exits with 1', async () => {
  const nowhere = 'http://127.0.0.1:1';
  const { code, stderr } = await run([demo, '--running', '--scenario', 'refusal'], { RESTAURANT_SERVICE_URL: nowhere });
  expect(code).toBe(1);
  expect(stderr).toContain(`POST ${nowhere}/restaurants got no answer`);
});

test('the demo command, given a scenario that does not exist, names those that do and starts nothing', async () => {
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
