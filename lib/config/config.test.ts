/** What a process reads from its environment. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig, schemas, withSecrets } from './config';
import { orderPolicy } from './policy';

const minute = 60_000;
const AUTH_SECRET = 'a secret of thirty-two characters at the least';
const policyIn = (env: Record<string, string>) => orderPolicy(loadConfig(schemas.userApi, { AUTH_SECRET, ...env }));
const byDefault = policyIn({});

test('an order has the default time limits of the design', () => {
  expect(byDefault).toEqual({
    placementLimitMs: 10 * minute,
    decisionLimitMs: 15 * minute,
    courierLimitMs: 15 * minute,
    pickupLimitMs: 60 * minute,
    deliveryAttentionMs: 120 * minute,
    reaskIntervalMs: 30_000,
    avoidLocalMs: 30_000,
    attemptMs: 10_000,
    retryIntervalMs: 30_000,
    undoAttentionMs: 2 * minute,
    staleAfterMs: 24 * 60 * minute,
  });
});

const variables: [string, keyof typeof byDefault][] = [
  ['PLACEMENT_LIMIT_MS', 'placementLimitMs'],
  ['DECISION_LIMIT_MS', 'decisionLimitMs'],
  ['COURIER_LIMIT_MS', 'courierLimitMs'],
  ['PICKUP_LIMIT_MS', 'pickupLimitMs'],
  ['DELIVERY_ATTENTION_MS', 'deliveryAttentionMs'],
  ['REASK_INTERVAL_MS', 'reaskIntervalMs'],
  ['AVOID_LOCAL_MS', 'avoidLocalMs'],
  ['ATTEMPT_MS', 'attemptMs'],
  ['RETRY_INTERVAL_MS', 'retryIntervalMs'],
  ['UNDO_ATTENTION_MS', 'undoAttentionMs'],
  ['STALE_AFTER_MS', 'staleAfterMs'],
];

describe.each(variables)('%s', (variable, limit) => {
  test(`sets ${limit}, and nothing else`, () => {
    expect(policyIn({ [variable]: '1234' })).toEqual({ ...byDefault, [limit]: 1_234 });
  });

  test('that is empty counts as absent', () => {
    expect(policyIn({ [variable]: '' })).toEqual(byDefault);
  });

  test.each(['0', '-1', '1.5', 'soon', 'Infinity'])('of %s is refused by name', (value) => {
    expect(() => policyIn({ [variable]: value })).toThrow(ConfigError);
    expect(() => policyIn({ [variable]: value })).toThrow(new RegExp(`^  ${variable}: `, 'm'));
  });
});

test('every limit has its variable', () => {
  expect(variables.map(([, limit]) => limit).sort()).toEqual(Object.keys(byDefault).sort());
});

test.each(['restaurantApi', 'orderWorker'] as const)(
  'the %s, which starts orders too, reads the same limits',
  (name) => {
    const env = Object.fromEntries(variables.map(([variable], place) => [variable, String(1_000 + place)]));
    expect(orderPolicy(loadConfig(schemas[name], { AUTH_SECRET, ...env }))).toEqual(policyIn(env));
  },
);

test.each(['userApi', 'restaurantApi', 'deliveryApi'] as const)(
  'the %s leaves time in its drain for the last requests',
  (name) => {
    const delayOf = (DRAIN_DELAY_MS: string) =>
      loadConfig(schemas[name], { AUTH_SECRET, DRAIN_DELAY_MS }).DRAIN_DELAY_MS;
    expect(delayOf('2000')).toBe(2_000);
    expect(() => delayOf('2001')).toThrow(/DRAIN_DELAY_MS: /);
  },
);

test('all problems are reported at once', () => {
  expect(() => loadConfig(schemas.userApi, { PORT: '70000', REDIS_URL: 'nowhere' })).toThrow(/REDIS_URL: .*\n.*PORT: /);
});

describe.each(['userApi', 'restaurantApi', 'deliveryApi'] as const)('the authentication of the %s', (name) => {
  const load = (env: Record<string, string>) => () => loadConfig(schemas[name], env);
  const AUTH_JWKS_URL = 'https://id.example/keys';
  const AUTH_SERVICE_TOKEN = 'a token';

  test('is required by default, and needs a way to check tokens', () => {
    expect(load({})).toThrow(/AUTH_SECRET: needed, or AUTH_JWKS_URL/);
    expect(load({ AUTH_SECRET })()).toMatchObject({ AUTH_MODE: 'required' });
    expect(load({ AUTH_JWKS_URL, AUTH_SERVICE_TOKEN })()).toMatchObject({ AUTH_MODE: 'required' });
  });

  test('has only one way to check tokens', () => {
    expect(load({ AUTH_SECRET, AUTH_JWKS_URL, AUTH_SERVICE_TOKEN })).toThrow(
      /AUTH_JWKS_URL: not together with AUTH_SECRET/,
    );
  });

  test.each(['http://id.example/keys', 'file:///etc/keys', 'http://127.0.0.1.id.example/keys'])(
    'loads no keys from %s, which others could change',
    (address) => expect(load({ AUTH_JWKS_URL: address, AUTH_SERVICE_TOKEN })).toThrow(/AUTH_JWKS_URL: https/),
  );
  test.each(['http://127.0.0.1:9000/keys', 'http://localhost/keys', 'http://[::1]/keys'])(
    'loads keys from this machine without TLS: %s',
    (address) =>
      expect(load({ AUTH_JWKS_URL: address, AUTH_SERVICE_TOKEN })()).toMatchObject({ AUTH_JWKS_URL: address }),
  );

  test('refuses a short secret', () => {
    expect(load({ AUTH_SECRET: 'secret' })).toThrow(/AUTH_SECRET: /);
    expect(load({ AUTH_SECRET: 'x'.repeat(64) })).toThrow(/AUTH_SECRET: one character, repeated/);
  });

  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])(
    'may be off where only this machine can connect: %s',
    (HOST) => {
      expect(load({ AUTH_MODE: 'off', HOST })()).toMatchObject({ AUTH_MODE: 'off' });
    },
  );

  test.each(['0.0.0.0', '::', '192.168.0.7', '127.0.0.1.example.com', 'example.com'])(
    'must not be off where other machines can connect: %s',
    (HOST) => {
      expect(load({ AUTH_MODE: 'off', HOST })).toThrow(/AUTH_MODE: off only where HOST is a loopback address/);
    },
  );
});

test('a user service that cannot sign tokens needs one for the other services', () => {
  expect(() => loadConfig(schemas.userApi, { AUTH_JWKS_URL: 'https://id.example/keys' })).toThrow(
    /AUTH_SERVICE_TOKEN: required with AUTH_JWKS_URL/,
  );
});

describe.each(['userApi', 'restaurantApi', 'deliveryApi'] as const)('the edge of the %s', (name) => {
  const load = (env: Record<string, string>) => () => loadConfig(schemas[name], { AUTH_SECRET, ...env });

  test('limits its callers and trusts no proxy and no other origin by default', () => {
    const { TRUST_PROXY, ...byDefault } = load({})();
    expect(TRUST_PROXY).toBeUndefined();
    expect(byDefault).toMatchObject({
      RATE_LIMIT_READS_PER_MINUTE: 1_200,
      RATE_LIMIT_WRITES_PER_MINUTE: 240,
      CORS_ORIGINS: [],
    });
    expect(load({ RATE_LIMIT_READS_PER_MINUTE: '0' })()).toMatchObject({ RATE_LIMIT_READS_PER_MINUTE: 0 });
    expect(load({ RATE_LIMIT_WRITES_PER_MINUTE: '-1' })).toThrow(/RATE_LIMIT_WRITES_PER_MINUTE: /);
  });

  test.each([
    ['1', 1],
    ['10.0.0.0/8, 192.0.2.7', ['10.0.0.0/8', '192.0.2.7']],
    ['loopback,2001:db8::/32', ['loopback', '2001:db8::/32']],
  ])('trusts the proxies %s', (TRUST_PROXY, expected) => {
    expect(load({ TRUST_PROXY })()).toMatchObject({ TRUST_PROXY: expected });
  });

  test.each([
    'true',
    '*',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0.0/7',
    '2000::/3',
    'proxy.example',
    '10.0.0.1,',
    '-1',
  ])('refuses the proxies %s', (TRUST_PROXY) => {
    expect(load({ TRUST_PROXY })).toThrow(/TRUST_PROXY: a number of proxies, or their addresses/);
  });

  test('allows the given origins', () => {
    const CORS_ORIGINS = 'https://shop.example, http://localhost:3000';
    expect(load({ CORS_ORIGINS })()).toMatchObject({ CORS_ORIGINS: ['https://shop.example', 'http://localhost:3000'] });
  });

  test.each(['*', 'null', 'shop.example', 'https://shop.example/', 'https://*.example', 'https://a.example,,'])(
    'refuses the origin %s',
    (CORS_ORIGINS) => {
      expect(load({ CORS_ORIGINS })).toThrow(/CORS_ORIGINS: origins like/);
    },
  );
});

test.each(['restaurantWorker', 'deliveryWorker'] as const)('the %s keeps events for two weeks, or as told', (name) => {
  const daysOf = (FEED_DAYS: string) => loadConfig(schemas[name], { FEED_DAYS }).FEED_DAYS;
  expect([daysOf(''), daysOf('1'), daysOf('90')]).toEqual([14, 1, 90]);
  for (const days of ['0', '-1', 'many']) expect(() => daysOf(days)).toThrow(/FEED_DAYS: /);
});

describe('secrets in files', () => {
  const SECRETS_FOLDER = mkdtempSync(join(tmpdir(), 'secrets-'));
  writeFileSync(join(SECRETS_FOLDER, 'PASSWORD'), 'p@ss/word\n');
  afterAll(() => rmSync(SECRETS_FOLDER, { recursive: true }));

  test('stand in variables by their names, percent-encoded in URLs', () => {
    const env = { SECRETS_FOLDER, SECRET: '${PASSWORD}', URL: 'amqp://me:${PASSWORD}@host', OTHER: '$PASSWORD' };
    expect(withSecrets(env)).toEqual({ ...env, SECRET: 'p@ss/word', URL: 'amqp://me:p%40ss%2Fword@host' });
  });

  test('that cannot be read are reported with the variable', () => {
    const env = { SECRETS_FOLDER, AUTH_SECRET: '${MISSING}' };
    expect(() => loadConfig(schemas.userApi, env)).toThrow(ConfigError);
    expect(() => loadConfig(schemas.userApi, env)).toThrow(/^AUTH_SECRET: the secret MISSING cannot be read: ENOENT/);
  });

  test('are looked for only where the folder is known', () => {
    expect(withSecrets({ SECRET: '${PASSWORD}' })).toEqual({ SECRET: '${PASSWORD}' });
  });
});
