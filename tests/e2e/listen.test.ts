/** `npm run listen` against the running system. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import type { OrderEvent } from '../../contracts/events';
import { until } from '../fixtures/until';
import { addAgent, agentOf, cancel, decide, deliver, delivered, placed } from './fixtures/platform';

const program = path.resolve(__dirname, '../../dist/tools/listen/main.js');

function listen(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (printed[name] += String(chunk)));
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    printed,
    /** Resolves with the exit code. */
    ended: async () => (await closed)[0],
    async stop() {
      child.kill();
      await closed;
    },
  };
}

const linesOf = ({ printed }: ReturnType<typeof listen>): string[] => printed.stdout.split('\n').filter(Boolean);

test('an order’s events are printed as they come, until it is over', async () => {
  const order = await placed();
  const listener = listen('--order', order.order_id);
  await until('what has happened is printed', () => linesOf(listener).length === 3);
  await addAgent();
  await decide(order, 'CONFIRMED');
  await agentOf(order);
  await deliver(order);
  expect(await listener.ended()).toBe(0);
  const lines = linesOf(listener).filter((line) => !line.includes('agent searched'));
  expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/, ''))).toEqual([
    'placed',
    'priced  total 9.00',
    'secured',
    'confirmed  total 9.00',
    'agent assigned  Asha',
    'picked up  Asha',
    'delivered  Asha',
  ]);
  expect(listener.printed.stderr).toBe('');
});

test('for programs each line is a CloudEvent', async () => {
  const order = await delivered();
  const listener = listen('--json', '--order', order.order_id);
  expect(await listener.ended()).toBe(0);
  const events = linesOf(listener).map((line) => JSON.parse(line) as OrderEvent);
  expect(events.map(({ id }) => id)).toEqual(events.map((_event, place) => `${order.order_id}:${place + 1}`));
});

test('without an order it prints those of all, each with its order', async () => {
  const listener = listen();
  const order = await until('it listens', async () => {
    const next = await placed();
    await cancel(next);
    return listener.printed.stdout.includes(next.order_id.slice(0, 8)) && next;
  });
  await until('the order’s end', () =>
    linesOf(listener).some((line) => line.includes(`${order.order_id.slice(0, 8)}  cancelled  by the operator`)),
  );
  await listener.stop();
});

test.each([
  ['an unknown order', ['--order', randomUUID()], 1, 'Order not found\n'],
  ['an unknown restaurant', ['--restaurant', randomUUID()], 1, 'Restaurant not found\n'],
  ['an unknown agent', ['--agent', randomUUID()], 1, 'Agent not found\n'],
  ['what is no id', ['--order', '17'], 2, 'It has to be a UUID.\n'],
  ['an order and an agent', ['--order', randomUUID(), '--agent', randomUUID()], 2, 'cannot be used with'],
])('for %s it says what is wrong', async (_what, args, code, message) => {
  const listener = listen(...args);
  expect(await listener.ended()).toBe(code);
  expect(listener.printed.stderr).toContain(message);
  expect(listener.printed.stdout).toBe('');
});
