/** The compiled `npm run queues`, as an operator runs it. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { deadQueue, queues } from '../../contracts/names';
import { instanceNamed, projectRoot } from '../../tools/stack/instance';
import { until } from '../fixtures/until';
import { deadLetters, queue, unknownId } from './fixtures/dead-letters';

const command = path.join(projectRoot, 'dist', 'tools', 'queues', 'main.js');
let broker: Awaited<ReturnType<typeof deadLetters>>;
beforeAll(async () => {
  broker = await deadLetters();
});
afterAll(() => broker.close());
afterEach(() => broker.clear());

const here = (): NodeJS.ProcessEnv => ({ ...process.env, RABBITMQ_URL: broker.url });

/** Runs the command to its end. */
function run(args: string[], env = here()): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [command, ...args], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

test('the table has a line for each queue and abridged dead letters with escaped control characters', async () => {
  await broker.addDeadLetters(6);
  await broker.send(deadQueue(queues.placeOrder), `\u001b[2J${'x'.repeat(200)}`, { messageId: 'a-message' });
  const { code, stdout } = await run([]);
  expect(code).toBe(0);
  for (const name of Object.values(queues)) expect(stdout).toMatch(new RegExp(`^${name} .* \\d+$`, 'm'));
  expect(stdout).toContain(`Dead letters of ${queue}, the oldest 5 of 6:`);
  expect(stdout).toContain('letter-0  died 2026-01-01T00:00:00.000Z after 20 attempt(s)');
  expect(stdout).toContain(`body  \\u001b[2J${'x'.repeat(91)}\n`);
  expect(stdout).not.toContain('\u001b');
  await broker.ids(deadQueue(queues.placeOrder));
});

test('--json prints the same as JSON', async () => {
  await broker.addDeadLetters(2);
  const { stdout } = await run(['--json', '--limit', '1']);
  const { queues: rows } = JSON.parse(stdout) as { queues: { queue: string; dead: number; letters: object[] }[] };
  expect(rows.map((row) => row.queue)).toEqual(Object.values(queues));
  const row = rows.find((each) => each.queue === queue);
  expect(row).toMatchObject({ dead: 2, letters: [{ id: 'letter-0', body: { text: '{"n":0}' } }] });
  expect(row?.letters).toHaveLength(1);
});

test('a letter is shown in full and redriven, and leaves the dead queue', async () => {
  await broker.addDeadLetters(2);
  const shown = await run(['show', queue, '--id', 'letter-1']);
  expect(shown.stdout).toMatch(/^letter-1\n(.*\n)* {2}reason +no soup\n(.*\n)* {2}body +\{"n":1\}\n$/);
  expect(await run(['redrive', queue, '--id', 'letter-1'])).toMatchObject({
    code: 0,
    stdout: `1 put back into ${queue}.\n`,
  });
  expect(await broker.ids(queue)).toEqual(['letter-1']);
  const all = await run(['redrive', queue, '--all', '--json']);
  expect(JSON.parse(all.stdout)).toEqual({ redriven: 1, unsigned: 0 });
});

test('a letter is dropped only with --yes', async () => {
  await broker.addDeadLetters(1);
  const shown = await run(['drop', queue, '--id', 'letter-0']);
  expect(shown).toMatchObject({ code: 1, stderr: 'nothing is deleted; with --yes it is\n' });
  await broker.dead(1);
  expect(await run(['drop', queue, '--id', 'letter-0', '--yes'])).toMatchObject({ code: 0 });
  await broker.dead(0);
});

test.each([
  [
    'an unknown queue',
    ['redrive', 'no-queue', '--all'],
    /^there is no queue "no-queue"; the queues are place-order-queue, /,
  ],
  ['an unknown id', ['redrive', queue, '--id', unknownId()], /^no dead letter of agent-assigned-queue has the id /],
  ['neither ids nor all', ['redrive', queue], /^which ones\?/],
  ['both ids and all', ['redrive', queue, '--all', '--id', 'x'], /^which ones\?/],
])('%s is an error of one line and changes nothing', async (_what, args, message) => {
  await broker.addDeadLetters(1);
  const { code, stdout, stderr } = await run(args);
  expect({ code, stdout, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, stdout: '', lines: 1 });
  expect(stderr).toMatch(message);
  await broker.dead(1);
});

test('a redrive that is killed loses nothing, and the next one completes it', async () => {
  const ids = await broker.addDeadLetters(1_000);
  const child = spawn(process.execPath, [command, 'redrive', queue, '--all'], {
    env: here(),
    stdio: 'ignore',
  });
  await until('the first redriven letters', async () => (await broker.count(queue)) > 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await run(['redrive', queue, '--all'])).toMatchObject({ code: 0 });
  await broker.dead(0);
  expect([...new Set(await broker.ids(queue))].sort()).toEqual(ids.sort());
});

test('without an address in the environment the command uses the named running stack', async () => {
  const env = here();
  delete env['RABBITMQ_URL'];
  delete env['RABBITMQ_MANAGEMENT_URL'];
  const stacks = readdirSync(path.join(projectRoot, '.stack')).filter((name) => /^[\w-]+$/.test(name));
  const name = stacks.find((each) => instanceNamed(each).socketPath === process.env.STACK_SOCKET) ?? '';
  const { code, stdout } = await run(['--name', name, '--json'], env);
  expect(code).toBe(0);
  const { queues: rows } = JSON.parse(stdout) as { queues: { queue: string; consumers: number }[] };
  expect(rows.find((row) => row.queue === queues.placeOrder)?.consumers).toBe(1);
  const unknown = await run(['--name', 'unknown'], env);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('does not run') as string });
});
