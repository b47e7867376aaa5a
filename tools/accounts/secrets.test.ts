import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretNames, storeSecrets } from './secrets';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'secrets-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const stored = () =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

test('every secret that is not given is made, each another, for its owner only', () => {
  storeSecrets(folder, {});
  expect(Object.keys(stored()).sort()).toEqual([...secretNames].sort());
  expect(new Set(Object.values(stored())).size).toBe(secretNames.length);
  for (const value of Object.values(stored())) expect(value).toMatch(/^[0-9a-f]{64}$/);
  for (const name of secretNames) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o400);
});

test('a second run changes nothing', () => {
  storeSecrets(folder, {});
  const first = stored();
  expect(storeSecrets(folder, {})).toEqual([]);
  expect(stored()).toEqual(first);
});

test('what is given wins, stays when it is no longer given, and is not printed', () => {
  storeSecrets(folder, {});
  expect(storeSecrets(folder, { REDIS_PASSWORD: 'given' })).toEqual(['REDIS_PASSWORD: as given']);
  storeSecrets(folder, { REDIS_PASSWORD: '' });
  expect(stored()['REDIS_PASSWORD']).toBe('given');
});

test('published keys take the place of the secret that signs tokens', () => {
  storeSecrets(folder, { AUTH_JWKS_URL: 'https://login.example/keys' });
  expect(stored()['AUTH_SECRET']).toBe('');
  storeSecrets(folder, {});
  expect(stored()['AUTH_SECRET']).toMatch(/^[0-9a-f]{64}$/);
});

test("what is others' too is not made", () => {
  expect(() => storeSecrets(folder, {}, ['AUTH_SECRET', 'REDIS_PASSWORD'])).toThrow(/: AUTH_SECRET, REDIS_PASSWORD$/);
  expect(stored()).toEqual({});
  const given = { AUTH_JWKS_URL: 'https://login.example/keys', REDIS_PASSWORD: 'given' };
  storeSecrets(folder, given, ['AUTH_SECRET', 'REDIS_PASSWORD']);
  expect(storeSecrets(folder, given, ['AUTH_SECRET', 'REDIS_PASSWORD'])).toEqual([]);
  expect(() => storeSecrets(folder, {}, ['AUTH_SECRET', 'REDIS_PASSWORD'])).toThrow(/: AUTH_SECRET$/);
});
