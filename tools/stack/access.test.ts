import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVerify } from '../../lib/http/tokens';
import { aCourier, anOperator, giveSecret, secretOf, tokenFor } from './access';
import { instanceNamed, type Instance } from './instance';

let folder: string;
let instance: Instance;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'access-'));
  instance = { ...instanceNamed('access-test'), stateDir: join(folder, 'state') };
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the secret of a stack', () => {
  test('is made once, and read by its owner alone', () => {
    const [first, later]: NodeJS.ProcessEnv[] = [{}, {}];
    giveSecret(instance, first ?? {});
    giveSecret(instance, later ?? {});
    expect(first?.AUTH_SECRET?.length).toBeGreaterThanOrEqual(32);
    expect(later).toEqual(first);
    expect(secretOf(instance, {})).toBe(first?.AUTH_SECRET);
    expect(statSync(join(instance.stateDir, 'auth-secret')).mode & 0o777).toBe(0o600);
  });

  test.each([{ AUTH_SECRET: 'theirs' }, { AUTH_JWKS_URL: 'https://id.example/keys' }, { AUTH_MODE: 'off' }])(
    'is not made where the environment says how callers are known: %j',
    (says) => {
      const env: NodeJS.ProcessEnv = { ...says };
      giveSecret(instance, env);
      expect(env).toEqual(says);
      expect(secretOf(instance, env)).toBe(says.AUTH_SECRET);
    },
  );
});

test.each([anOperator, aCourier('00000000-0000-4000-8000-000000000001')])(
  'a token for %j is one that services take',
  async (caller) => {
    const secret = 'a secret of thirty-two characters at the least';
    const rules = { issuer: 'food-delivery', audience: 'food-delivery', clockSkewSeconds: 0 };
    expect(await createVerify({ secret }, rules)(await tokenFor(caller, secret, {}))).toMatchObject(caller);
  },
);
