import { existsSync } from 'node:fs';
import Redis from 'ioredis';
import { askStack } from '../../tools/stack/control';
import { until } from '../fixtures/until';
import { aName, aPortBase, ended, isRunning, launch, removeAll, runCommand, wardensOf } from './fixtures/launched';

afterEach(removeAll);

describe('a launcher that is killed', () => {
  it('leaves neither a part nor its warden nor its socket behind', async () => {
    const stack = await launch();
    const { pid } = await stack.redis();
    const wardens = wardensOf(stack.instance);
    expect(wardens).toHaveLength(1);

    stack.process.kill('SIGKILL');

    await until('every process to be gone', () => ![pid!, ...wardens].some(isRunning));
    expect(existsSync(stack.instance.socketPath)).toBe(false);
  });

  it('does not keep the next one of its name from starting', async () => {
    const name = aName();
    const first = await launch(name);
    first.process.kill('SIGKILL');
    await ended(first.process);
    await expect(launch(name)).resolves.toBeDefined();
  });
});

describe('a launcher that is asked to stop', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends everything after %s', async (signal) => {
    const stack = await launch();
    const { pid } = await stack.redis();
    const wardens = wardensOf(stack.instance);
    stack.process.kill(signal);
    await ended(stack.process);
    await until('every process to be gone', () => ![pid!, ...wardens].some(isRunning));
  });

  it('keeps the data for the next start, and reset removes them', async () => {
    const stack = await launch();
    const { name } = stack.instance;
    await withRedis((await stack.redis()).address!, (redis) => redis.set('dish', 'dal'));
    expect(await runCommand('stop', '--name', name)).toMatchObject({ code: 0 });

    const again = await launch(name);
    expect(await withRedis((await again.redis()).address!, (redis) => redis.get('dish'))).toBe('dal');

    expect(await runCommand('reset', '--name', name)).toMatchObject({ code: 0 });
    expect(existsSync(stack.instance.stateDir)).toBe(false);
  });
});

describe('a part that dies', () => {
  it('is started again and counted', async () => {
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

  it('stays down when it was told to stop, until it is told to start', async () => {
    const stack = await launch();
    const { socketPath } = stack.instance;
    await askStack(socketPath, { command: 'stop', part: 'redis' });
    expect(await stack.redis()).toMatchObject({ state: 'stopped', pid: null, restarts: 0 });
    await askStack(socketPath, { command: 'start', part: 'redis' });
    expect(await stack.redis()).toMatchObject({ state: 'ready', restarts: 0 });
  });
});

describe('status --json', () => {
  it('names every service and every part', async () => {
    const { instance } = await launch();
    const { code, stdout } = await runCommand('status', '--name', instance.name, '--json');
    const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/);
    const database = (name: string) => expect.stringMatching(new RegExp(`^postgresql://.*:\\d+/${name}_service$`));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      services: {
        user: url,
        restaurant: url,
        delivery: url,
        temporal: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        temporalUi: url,
        rabbitmq: expect.stringMatching(/^amqp:\/\//),
        rabbitmqManagement: expect.stringMatching(/^http:\/\/guest:guest@127\.0\.0\.1:\d+$/),
        redis: expect.stringMatching(/^redis:\/\//),
        postgres: { user: database('user'), restaurant: database('restaurant'), delivery: database('delivery') },
      },
      parts: [
        {
          name: 'redis',
          pid: expect.any(Number),
          state: 'ready',
          address: expect.stringMatching(/^redis:\/\//),
          restarts: 0,
          log: expect.stringMatching(/redis\.log$/),
        },
      ],
    });
  });

  it('says so when nothing runs', async () => {
    const { code, stdout } = await runCommand('status', '--name', aName(), '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ services: null, parts: [] });
  });
});

describe('two stacks', () => {
  it('get different ports when both want the same', async () => {
    const base = aPortBase();
    const stacks = await Promise.all([launch(aName(), base), launch(aName(), base)]);
    const [one, other] = await Promise.all(stacks.map((stack) => stack.redis()));
    expect(one!.address).not.toBe(other!.address);
    for (const part of [one!, other!]) expect(await withRedis(part.address!, (redis) => redis.ping())).toBe('PONG');
  });

  it('cannot have one name', async () => {
    const { instance, status } = await launch();
    const { code, stdout } = await runCommand('start', '--name', instance.name, '--servers-only', '--parts', 'redis');
    expect(code).toBe(1);
    expect(stdout).toContain((await status()).addresses!.redis);
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
