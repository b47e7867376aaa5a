import { existsSync } from 'node:fs';
import Redis from 'ioredis';
import { z } from 'zod';
import { processNames } from '../../tools/stack/addresses';
import { askStack } from '../../tools/stack/control';
import { until } from '../fixtures/until';
import { aName, aPortBase, ended, isRunning, launch, removeAll, runCommand, wardensOf } from './fixtures/launched';

afterEach(removeAll);

describe('a launcher that is killed', () => {
  it('leaves neither a part nor its warden behind', async () => {
    const stack = await launch();
    const { pid } = await stack.redis();
    const wardens = wardensOf(stack.instance);
    expect(wardens).toHaveLength(1);

    stack.process.kill('SIGKILL');

    await until('every process to be gone', () => ![pid, ...wardens].some(isRunning));
  });

  it('does not prevent the next stack of its name from starting', async () => {
    const name = aName();
    const first = await launch(name);
    first.process.kill('SIGKILL');
    await ended(first.process);
    const second = await launch(name);
    expect(second.process.exitCode).toBeNull();
    expect(await runCommand('stop', '--name', name)).toMatchObject({ code: 0 });
    await ended(second.process);
  });
});

describe('a launcher that is stopped', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends everything after %s', async (signal) => {
    const stack = await launch();
    const { pid } = await stack.redis();
    const wardens = wardensOf(stack.instance);
    stack.process.kill(signal);
    await ended(stack.process);
    await until('every process to be gone', () => ![pid, ...wardens].some(isRunning));
  });

  it('keeps the data for the next start until a reset', async () => {
    const stack = await launch();
    const { name } = stack.instance;
    await withRedis((await stack.redis()).address, (redis) => redis.set('dish', 'dal'));
    expect(await runCommand('stop', '--name', name)).toMatchObject({ code: 0 });

    const again = await launch(name);
    expect(await withRedis((await again.redis()).address, (redis) => redis.get('dish'))).toBe('dal');

    expect(await runCommand('reset', '--name', name)).toMatchObject({ code: 0 });
    expect(existsSync(stack.instance.stateDir)).toBe(false);
  });
});

describe('a part that dies', () => {
  it('is restarted and counted', async () => {
    const stack = await launch();
    const before = await stack.redis();
    await askStack(stack.instance.socketPath, { command: 'kill', part: 'redis' });
    const after = await until('redis to be ready again', async () => {
      const part = await stack.redis();
      return part.restarts === 1 && part.state === 'ready' && part;
    });
    expect(after.pid).not.toBe(before.pid);
    expect(after.address).toBe(before.address);
  });

  it('stays down after a stop, until a start', async () => {
    const stack = await launch();
    const { socketPath } = stack.instance;
    await askStack(socketPath, { command: 'stop', part: 'redis' });
    expect(await stack.redis()).toMatchObject({ state: 'stopped', pid: 0, restarts: 0 });
    await askStack(socketPath, { command: 'start', part: 'redis' });
    expect(await stack.redis()).toMatchObject({ state: 'ready', restarts: 0 });
  });
});

describe('the command for parts', () => {
  it('stops a part, starts it again, and fails for an unknown one', async () => {
    const stack = await launch();
    const part = (...args: string[]) => runCommand('part', ...args, '--name', stack.instance.name);
    expect(await part('stop', 'redis')).toEqual({ code: 0, stdout: 'redis: stopped\n' });
    expect(await part('start', 'redis')).toEqual({ code: 0, stdout: 'redis: ready\n' });
    expect((await stack.redis()).state).toBe('ready');
    expect(await part('stop', 'oven')).toMatchObject({ code: 1 });
  });

  it('fails when the stack is not running', async () => {
    expect(await runCommand('part', 'stop', 'redis', '--name', aName())).toMatchObject({ code: 1 });
  });
});

describe('status --json', () => {
  const url = z.string().regex(/^http:\/\/127\.0\.0\.1:\d+$/);
  const database = (name: string) => z.string().regex(new RegExp(`^postgresql://.*:\\d+/${name}_service$`));
  const shape = z.strictObject({
    services: z.strictObject({
      user: url,
      restaurant: url,
      delivery: url,
      temporal: z.string().regex(/^127\.0\.0\.1:\d+$/),
      temporalUi: url,
      rabbitmq: z.string().startsWith('amqp://'),
      rabbitmqManagement: z.string().startsWith('http://guest:guest@'),
      rabbitmqMetrics: z.string().startsWith('http://127.0.0.1:'),
      redis: z.string().startsWith('redis://'),
      postgres: z.strictObject({
        user: database('user'),
        restaurant: database('restaurant'),
        delivery: database('delivery'),
      }),
      metrics: z.record(z.enum(processNames), z.string().regex(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/)),
    }),
    parts: z.array(
      z.strictObject({
        name: z.string(),
        pid: z.number(),
        state: z.string(),
        address: z.string(),
        restarts: z.number(),
        log: z.string().endsWith('redis.log'),
      }),
    ),
  });

  it('names every service and every part', async () => {
    const { instance } = await launch();
    const { code, stdout } = await runCommand('status', '--name', instance.name, '--json');
    expect(code).toBe(0);
    const { parts } = shape.parse(JSON.parse(stdout));
    expect(parts).toMatchObject([{ name: 'redis', state: 'ready', restarts: 0 }]);
  });

  it('reports no services when the stack is not running', async () => {
    const { code, stdout } = await runCommand('status', '--name', aName(), '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ services: null, parts: [] });
  });
});

describe('two stacks', () => {
  it('get different ports when both prefer the same', async () => {
    const base = aPortBase();
    const stacks = await Promise.all([launch(aName(), base), launch(aName(), base)]);
    const parts = await Promise.all(stacks.map((stack) => stack.redis()));
    expect(new Set(parts.map(({ address }) => address)).size).toBe(2);
    for (const { address } of parts) expect(await withRedis(address, (redis) => redis.ping())).toBe('PONG');
  });

  it('cannot share a name', async () => {
    const stack = await launch();
    const { code, stdout } = await runCommand('start', '--name', stack.instance.name, '--parts', 'redis');
    expect(code).toBe(1);
    expect(stdout).toContain((await stack.redis()).address);
  });
});

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
