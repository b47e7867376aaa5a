/** How each of our six programs starts while a server that it needs is not up yet: as the launcher starts it, but alone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import {
  processNames,
  resolveAddresses,
  stackEnvironment,
  type Addresses,
  type ProcessName,
} from '../../tools/stack/addresses';
import { wantedPorts, type Ports } from '../../tools/stack/ports';
import { serviceParts } from '../../tools/stack/part';
import { temporal } from '../e2e/fixtures/temporal-cli';
import { atMost } from '../fixtures/at-most';
import { until } from '../fixtures/until';
import { aPortBase, launchServersAt, removeAll } from './fixtures/launched';

/** A program that was started alone, and its output so far. */
interface Started {
  child: ChildProcess;
  output: () => string;
  /** Its exit code. */
  ended: Promise<number | null>;
}

const started: Started[] = [];
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.splice(0).map(({ ended }) => ended));
});

function start(name: ProcessName, addresses: Addresses, ports: Ports, variables: Record<string, string>): Started {
  const part = serviceParts(addresses, ports, process.env).find((each) => each.name === name);
  if (!part) throw new Error(`there is no ${name}`);
  const child = spawn(part.command, part.args, {
    env: { ...part.env, ...(ports === nowhere.ports && noInternalPorts), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const run = { child, output: () => output, ended };
  started.push(run);
  return run;
}

/** Processes of one name would share these ports, and so would other runs of this test on the machine. */
const noInternalPorts = { METRICS_PORT: '', HEALTH_PORT: '' };
/** Nothing listens there: port 1 is reserved. */
const nowhere = { host: '127.0.0.1:1', ports: wantedPorts(1) };
const servers = resolveAddresses(process.env, nowhere.ports);
const absent = {
  database: (service: string) => `postgresql://postgres:secret@${nowhere.host}/${service}_service`,
  temporal: nowhere.host,
  rabbitmq: `amqp://guest:secret@${nowhere.host}`,
};

const without: [ProcessName, string, string, string][] = [
  ['api-user', 'PostgreSQL', 'USER_DATABASE_URL', absent.database('user')],
  ['api-user', 'Temporal', 'TEMPORAL_ADDRESS', absent.temporal],
  ['api-restaurant', 'PostgreSQL', 'RESTAURANT_DATABASE_URL', absent.database('restaurant')],
  ['api-restaurant', 'Temporal', 'TEMPORAL_ADDRESS', absent.temporal],
  ['api-delivery', 'PostgreSQL', 'DELIVERY_DATABASE_URL', absent.database('delivery')],
  ['api-delivery', 'Temporal', 'TEMPORAL_ADDRESS', absent.temporal],
  ['worker-order', 'PostgreSQL', 'USER_DATABASE_URL', absent.database('user')],
  ['worker-order', 'Temporal', 'TEMPORAL_ADDRESS', absent.temporal],
  ['worker-order', 'RabbitMQ', 'RABBITMQ_URL', absent.rabbitmq],
  ['worker-restaurant', 'PostgreSQL', 'RESTAURANT_DATABASE_URL', absent.database('restaurant')],
  ['worker-restaurant', 'RabbitMQ', 'RABBITMQ_URL', absent.rabbitmq],
  ['worker-delivery', 'PostgreSQL', 'DELIVERY_DATABASE_URL', absent.database('delivery')],
  ['worker-delivery', 'RabbitMQ', 'RABBITMQ_URL', absent.rabbitmq],
];

/** PostgreSQL is needed first; the other servers have to be reached for within the limit, on a busy machine too. */
const limitFor = (missing: string): string => (missing === 'PostgreSQL' ? '500' : '12000');

interface Outcome {
  code: number | null;
  output: string;
}

/** Started up front, a few at a time: in series their timeouts would add up to a minute. */
const gaveUp = new Map<string, Promise<Outcome>>();
const stopped = new Map<string, Promise<Outcome>>();
beforeAll(() => {
  const inTurn = atMost(4);
  for (const [name, missing, variable, address] of without) {
    const startWith = (limitMs: string) =>
      start(name, servers, nowhere.ports, { [variable]: address, START_LIMIT_MS: limitMs });
    gaveUp.set(
      `${name} ${missing}`,
      inTurn(async () => {
        const { output, ended } = startWith(limitFor(missing));
        return { code: await ended, output: output() };
      }),
    );
    stopped.set(
      `${name} ${missing}`,
      inTurn(async () => {
        const { child, output, ended } = startWith('3600000');
        await until('it waits', () => output().includes(`"msg":"waiting for ${missing} at ${nowhere.host}"`));
        child.kill('SIGTERM');
        return { code: await ended, output: output() };
      }),
    );
  }
});

describe.each(without)('%s without %s', (name, missing) => {
  const what = `${missing} at ${nowhere.host}`;

  test('exits with 1 after START_LIMIT_MS and names what is missing, but no password', async () => {
    const outcome = await gaveUp.get(`${name} ${missing}`);
    expect(outcome?.code).toBe(1);
    expect(outcome?.output).toContain(
      `"msg":"could not start: timed out after ${limitFor(missing)} ms waiting for ${what}: `,
    );
    expect(outcome?.output).not.toContain('secret');
  });

  test('names what it waits for, and exits with 0 at once on SIGTERM', async () => {
    const outcome = await stopped.get(`${name} ${missing}`);
    expect(outcome?.code).toBe(0);
    expect(outcome?.output).not.toContain('secret');
  });
});

test('api-delivery starts without RabbitMQ, which it does not require', async () => {
  const port = String(aPortBase());
  const { output, child, ended } = start('api-delivery', servers, nowhere.ports, {
    RABBITMQ_URL: absent.rabbitmq,
    PORT: port,
  });
  await until('it is ready', () => output().includes('"event":"ready"'));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

describe.each(['worker-order', 'worker-restaurant', 'worker-delivery'] as const)('the health port of %s', (name) => {
  test('answers before any server is up: alive, and not ready', async () => {
    const port = String(aPortBase());
    const variables = { RABBITMQ_URL: absent.rabbitmq, HEALTH_PORT: port, START_LIMIT_MS: '3600000' };
    const { output } = start(name, servers, nowhere.ports, variables);
    await until('it waits', () => output().includes('"event":"waiting-for-dependency"'));
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    expect((await ask('/health')).status).toBe(200);
    const ready = await ask('/health/ready');
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, draining: false, dependencies: {} }]);
  });

  test('that is in use makes it exit with 1 before it starts to work', async () => {
    const taken = createServer();
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    const variables = { HEALTH_PORT: String((taken.address() as AddressInfo).port) };
    const { output, ended } = start(name, servers, nowhere.ports, variables);
    expect(await ended).toBe(1);
    taken.close();
    expect(output()).toContain('"msg":"could not start: listen EADDRINUSE');
    expect(output()).not.toContain('"event":"broker-connected"');
  });
});

describe('a server that accepts connections and never answers', () => {
  const silent = createServer();
  beforeAll(() => once(silent.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => silent.close());

  test.each([
    ['PostgreSQL', 'USER_DATABASE_URL', (host: string) => `postgresql://postgres@${host}/user_service`],
    ['Temporal', 'TEMPORAL_ADDRESS', (host: string) => host],
    ['RabbitMQ', 'RABBITMQ_URL', (host: string) => `amqp://guest@${host}`],
  ])('in place of %s delays no start beyond START_LIMIT_MS', async (what, variable, address) => {
    const host = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const variables = { [variable]: address(host), START_LIMIT_MS: '12000' };
    const { output, ended } = start('worker-order', servers, nowhere.ports, variables);
    expect(await ended).toBe(1);
    expect(output()).toContain(`"msg":"could not start: timed out after 12000 ms waiting for ${what} at ${host}: `);
  });
});

describe('a Temporal without the namespace', () => {
  test.each(['api-restaurant', 'worker-order'] as const)('is waited for by %s', async (name) => {
    const namespace = `test-${randomUUID()}`;
    const { output, child, ended } = start(name, servers, nowhere.ports, {
      TEMPORAL_NAMESPACE: namespace,
      PORT: '0',
      START_LIMIT_MS: '3600000',
    });
    await until('it waits', () => output().includes(`"reason":"5 NOT_FOUND: Namespace ${namespace} is not found."`));
    await temporal('operator', 'namespace', 'create', '--namespace', namespace);
    await until('it is ready', () => output().includes('"event":"ready"'));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});

describe('all six programs, started before their servers', () => {
  afterAll(removeAll);

  test('are ready once the servers are up', async () => {
    const base = aPortBase();
    const ports = wantedPorts(base);
    const addresses = resolveAddresses({}, ports);
    const all = processNames.map((name) => start(name, addresses, ports, { START_LIMIT_MS: '3600000' }));
    await until('all wait', () => all.every(({ output }) => output().includes('"event":"waiting-for-dependency"')));
    const launched = await launchServersAt(base);
    expect(stackEnvironment((await launched.status()).addresses ?? addresses, {})).toEqual(
      stackEnvironment(addresses, {}),
    );
    await until('all are ready', () => all.every(({ output }) => output().includes('"event":"ready"')));
    for (const { child } of all) child.kill('SIGTERM');
    expect(await Promise.all(all.map(({ ended }) => ended))).toEqual(all.map(() => 0));
  }, 180_000);
});
