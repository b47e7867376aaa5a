/** `/health/ready` of all six processes: which dependency is down, and whether the process can work without it. */
import { Client } from 'pg';
import { connectionTo } from '../../lib/postgres/session';
import type { Readiness } from '../../lib/process/health';
import { addKitchen, anOrderOf, call } from '../e2e/fixtures/platform';
import { until } from '../fixtures/until';
import { processNames } from '../../tools/stack/addresses';
import type { PartName } from '../../tools/stack/part';
import { ownSystem, removeSystem, type OwnSystem } from './fixtures/own-system';

jest.setTimeout(150_000); // parts start slowly on a busy machine

let system: OwnSystem;
beforeAll(async () => {
  // Long enough for a test to see an API that is draining.
  system = await ownSystem({ DRAIN_DELAY_MS: '2000' });
}, 150_000);
afterAll(removeSystem);

/** Above the timeout of one check, far below what a hanging server would take. */
const answerTimeoutMs = 8_000;

async function readinessOf(name: PartName) {
  const signal = AbortSignal.timeout(answerTimeoutMs);
  const response = await fetch(`${await system.addressOf(name)}/health/ready`, { signal });
  return { status: response.status, ...((await response.json()) as Readiness) };
}

/** What each process says about one dependency: `status ok`, or its status alone if it has no such dependency. */
async function seen(dependency: string): Promise<Record<string, string>> {
  const rows = processNames.map(async (name) => {
    const { status, dependencies } = await readinessOf(name);
    const state = dependencies[dependency];
    return [name, state ? `${status} ${state.ok ? 'ok' : 'down'}` : String(status)];
  });
  return Object.fromEntries(await Promise.all(rows)) as Record<string, string>;
}

const allReady = () =>
  until('all are ready', async () => (await Promise.all(processNames.map(readinessOf))).every(({ ready }) => ready));

/** What each process answers while a server is down: 503 if the process cannot work without it. */
const whileDown = {
  postgres: {
    dependency: 'postgresql',
    expected: {
      'api-user': '503 down',
      'api-restaurant': '503 down',
      'api-delivery': '503 down',
      'worker-order': '503 down',
      'worker-restaurant': '503 down',
      'worker-delivery': '503 down',
    },
  },
  temporal: {
    dependency: 'temporal',
    expected: {
      'api-user': '503 down',
      'api-restaurant': '503 down',
      'api-delivery': '503 down',
      'worker-order': '503 down',
      'worker-restaurant': '200',
      'worker-delivery': '200',
    },
  },
  rabbitmq: {
    dependency: 'rabbitmq',
    expected: {
      'api-user': '200',
      'api-restaurant': '200',
      'api-delivery': '200 down',
      'worker-order': '503 down',
      'worker-restaurant': '503 down',
      'worker-delivery': '503 down',
    },
  },
  redis: {
    dependency: 'redis',
    expected: {
      'api-user': '200 down',
      'api-restaurant': '200 down',
      'api-delivery': '200 down',
      'worker-order': '200',
      'worker-restaurant': '200',
      'worker-delivery': '200',
    },
  },
} as const;
type Server = keyof typeof whileDown;

/** No request takes longer than its timeout. On a busy machine another check may time out, or an earlier result still count. */
const isSeenDown = (server: Server) =>
  until('it is seen to be down', async () => {
    expect(await seen(whileDown[server].dependency)).toEqual(whileDown[server].expected);
    return true;
  });

test('every process is alive and ready, and names its dependencies', async () => {
  await allReady();
  const named = await Promise.all(
    processNames.map(async (name) => [name, Object.keys((await readinessOf(name)).dependencies).sort()]),
  );
  expect(Object.fromEntries(named)).toEqual({
    'api-user': ['delivery-service', 'event-loop', 'postgresql', 'redis', 'restaurant-service', 'temporal'],
    'api-restaurant': ['event-loop', 'postgresql', 'redis', 'temporal'],
    'api-delivery': ['event-loop', 'postgresql', 'rabbitmq', 'redis', 'temporal'],
    'worker-order': ['event-loop', 'postgresql', 'rabbitmq', 'temporal', 'worker'],
    'worker-restaurant': ['event-loop', 'postgresql', 'rabbitmq'],
    'worker-delivery': ['event-loop', 'postgresql', 'rabbitmq'],
  });
  for (const name of processNames) {
    const response = await fetch(`${await system.addressOf(name)}/health`);
    expect([response.status, await response.json()]).toEqual([200, { Success: true, message: 'Good' }]);
  }
});

describe('a server that is stopped', () => {
  test.each(Object.keys(whileDown) as Server[])(
    '%s: the processes that need it are not ready until it is back',
    async (server) => {
      await allReady();
      await system.stop(server);
      await isSeenDown(server);
      await system.start(server);
      await allReady();
    },
  );
});

describe('a server that hangs', () => {
  test.each(Object.keys(whileDown) as Server[])(
    '%s: it counts as down within the timeout of a check, until it continues',
    async (server) => {
      await allReady();
      await system.whileFrozen(server, () => isSeenDown(server));
      await allReady();
    },
  );
});

test('a database server that turns read-only, as after a failover: no process is ready until it writes again', async () => {
  await allReady();
  const postgres = new Client(connectionTo(process.env.USER_DATABASE_URL ?? ''));
  await postgres.connect();
  const turn = async (change: string): Promise<void> => {
    await postgres.query(`ALTER SYSTEM ${change}`);
    await postgres.query('SELECT pg_reload_conf()'); // for the connections that there are, too
  };
  await turn('SET default_transaction_read_only = on');
  await isSeenDown('postgres').finally(() => turn('RESET default_transaction_read_only'));
  await postgres.end();
  await allReady();
});

test('a service that is down but not required is named, and the process stays ready', async () => {
  await system.stop('api-restaurant');
  await until('it is named', async () => {
    expect(await readinessOf('api-user')).toMatchObject({
      status: 200,
      dependencies: { 'restaurant-service': { ok: false, required: false }, 'delivery-service': { ok: true } },
    });
    return true;
  });
  await system.start('api-restaurant');
});

test('an API that is stopped first reports that it drains, and still serves new requests', async () => {
  const kitchen = await addKitchen();
  const stopped = system.stop('api-user');
  const draining = await until('it drains', async () => {
    const said = await readinessOf('api-user');
    return said.draining && said;
  });
  expect(draining.status).toBe(503);
  expect([201, 202]).toContain((await call('user', 'POST', '/orders', anOrderOf(kitchen))).status);
  await stopped;
  await system.start('api-user');
  expect(await system.logOf('api-user')).not.toContain('drain-limit');
});
