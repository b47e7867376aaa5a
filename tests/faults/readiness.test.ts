/** `/health/ready` of all six processes: which part is missing, and whether the process can do without it. */
import type { Readiness } from '../../lib/process/health';
import { addKitchen, anOrderOf, call } from '../e2e/fixtures/platform';
import { until } from '../fixtures/until';
import { processNames } from '../../tools/stack/addresses';
import type { PartName } from '../../tools/stack/services';
import { ownSystem, removeSystem, type OwnSystem } from './fixtures/own-system';

jest.setTimeout(150_000); // parts take their time to start on a busy machine

let system: OwnSystem;
beforeAll(async () => {
  // Long enough that a test sees an API that is going.
  system = await ownSystem({ DRAIN_DELAY_MS: '2000' });
}, 150_000);
afterAll(removeSystem);

/** Above the limit of one check, far below what a hanging server would take. */
const answerLimitMs = 8_000;

async function readinessOf(name: PartName) {
  const signal = AbortSignal.timeout(answerLimitMs);
  const response = await fetch(`${await system.addressOf(name)}/health/ready`, { signal });
  return { status: response.status, ...((await response.json()) as Readiness) };
}

/** What each process says about one dependency: `status ok`, or its status alone if it has no such dependency. */
async function seen(dependency: string): Promise<Record<string, string>> {
  const rows = processNames.map(async (name) => {
    const { status, dependencies } = await readinessOf(name);
    const state = dependencies[dependency];
    return [name, state ? `${status} ${state.ok ? 'ok' : 'away'}` : String(status)];
  });
  return Object.fromEntries(await Promise.all(rows)) as Record<string, string>;
}

const allReady = () =>
  until('all are ready', async () => (await Promise.all(processNames.map(readinessOf))).every(({ ready }) => ready));

/** What each process says while a server is away: 503 where the process is of no use without it. */
const away = {
  postgres: {
    dependency: 'postgresql',
    expected: {
      'api-user': '503 away',
      'api-restaurant': '503 away',
      'api-delivery': '503 away',
      'worker-order': '503 away',
      'worker-restaurant': '503 away',
      'worker-delivery': '503 away',
    },
  },
  temporal: {
    dependency: 'temporal',
    expected: {
      'api-user': '503 away',
      'api-restaurant': '503 away',
      'api-delivery': '503 away',
      'worker-order': '503 away',
      'worker-restaurant': '200',
      'worker-delivery': '200',
    },
  },
  rabbitmq: {
    dependency: 'rabbitmq',
    expected: {
      'api-user': '200',
      'api-restaurant': '200',
      'api-delivery': '200 away',
      'worker-order': '503 away',
      'worker-restaurant': '503 away',
      'worker-delivery': '503 away',
    },
  },
  redis: {
    dependency: 'redis',
    expected: {
      'api-user': '200 away',
      'api-restaurant': '200 away',
      'api-delivery': '200 away',
      'worker-order': '200',
      'worker-restaurant': '200',
      'worker-delivery': '200',
    },
  },
} as const;
type Server = keyof typeof away;

/** Each look waits for no answer longer than its limit. On a busy machine another check may be too slow, or an old answer still count. */
const isSeenAway = (server: Server) =>
  until('it is seen to be away', async () => {
    expect(await seen(away[server].dependency)).toEqual(away[server].expected);
    return true;
  });

test('every process is alive and ready, and names what it needs', async () => {
  await allReady();
  const named = await Promise.all(
    processNames.map(async (name) => [name, Object.keys((await readinessOf(name)).dependencies).sort()]),
  );
  expect(Object.fromEntries(named)).toEqual({
    'api-user': ['delivery-service', 'postgresql', 'redis', 'restaurant-service', 'temporal'],
    'api-restaurant': ['postgresql', 'redis', 'temporal'],
    'api-delivery': ['postgresql', 'rabbitmq', 'redis', 'temporal'],
    'worker-order': ['postgresql', 'rabbitmq', 'temporal', 'worker'],
    'worker-restaurant': ['postgresql', 'rabbitmq'],
    'worker-delivery': ['postgresql', 'rabbitmq'],
  });
  for (const name of processNames) {
    const response = await fetch(`${await system.addressOf(name)}/health`);
    expect([response.status, await response.json()]).toEqual([200, { Success: true, message: 'Good' }]);
  }
});

describe('a server that is stopped', () => {
  test.each(Object.keys(away) as Server[])(
    '%s makes those unready that cannot do without it, until it is back',
    async (server) => {
      await allReady();
      await system.stop(server);
      await isSeenAway(server);
      await system.start(server);
      await allReady();
    },
  );
});

describe('a server that hangs', () => {
  test.each(Object.keys(away) as Server[])(
    '%s is away within the limit of a check, until it goes on',
    async (server) => {
      await allReady();
      await system.whileFrozen(server, () => isSeenAway(server));
      await allReady();
    },
  );
});

test('a service that another one can do without is named, and no reason not to be ready', async () => {
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

test('an API that is going says so first, and serves meanwhile whoever has not heard it', async () => {
  const kitchen = await addKitchen();
  const stopped = system.stop('api-user');
  const going = await until('it is going', async () => {
    const said = await readinessOf('api-user');
    return said.draining && said;
  });
  expect(going.status).toBe(503);
  expect([201, 202]).toContain((await call('user', 'POST', '/orders', anOrderOf(kitchen))).status);
  await stopped;
  await system.start('api-user');
  expect(await system.logOf('api-user')).not.toContain('drain-limit');
});
