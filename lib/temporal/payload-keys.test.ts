/** TEMPORAL_PAYLOAD_KEYS, as the processes read it. */
import { randomBytes } from 'node:crypto';
import { loadConfig, schemas } from '../config/config';

const aKey = (bytes = 32): string => randomBytes(bytes).toString('base64');
const load = (TEMPORAL_PAYLOAD_KEYS: string) => loadConfig(schemas.orderWorker, { TEMPORAL_PAYLOAD_KEYS });
const idsOf = (text: string) => {
  const keys = load(text).TEMPORAL_PAYLOAD_KEYS;
  return { current: keys?.current?.id, all: keys?.all.map(({ id }) => id) };
};

test('the first key is the current one', () => {
  expect(idsOf(`2026-11:${aKey()},2026-10:${aKey()}`)).toEqual({ current: '2026-11', all: ['2026-11', '2026-10'] });
});

test('none is current behind "plain"', () => {
  expect(idsOf(`plain, 2026-11:${aKey()}`)).toEqual({ current: undefined, all: ['2026-11'] });
});

test('without keys there is no encryption', () => {
  expect(load('').TEMPORAL_PAYLOAD_KEYS).toBeUndefined();
});

const secret = aKey();
test.each([
  ['a key of 31 bytes', `a:${aKey(31)}`, 'the key "a" is not 32 bytes'],
  ['a key of 33 bytes', `a:${aKey(33)}`, 'the key "a" is not 32 bytes'],
  ['a key that is no base64', `a:${'é'.repeat(43)}=`, 'the key "a" is not 32 bytes'],
  ['a second key that is none', `a:${aKey()},b:`, 'the key "b" is not 32 bytes'],
  ['an id that is used twice', `a:${aKey()},b:${aKey()},a:${aKey()}`, 'the id "a" is used twice'],
  ['a key without an id', secret, 'key 1 has no valid id'],
  ['an empty id', `:${secret}`, 'key 1 has no valid id'],
  ['an id with a space', `a b:${secret}`, 'key 1 has no valid id'],
  ['an id that means something else', `a:${aKey()},plain:${secret}`, 'key 2 has no valid id'],
  ['nothing after a comma', `a:${secret},`, 'key 2 has no valid id'],
  ['"plain" alone', 'plain', '"plain" alone is no key'],
])('%s is refused by name, without revealing a key', (_, text, message) => {
  expect(() => load(text)).toThrow(`TEMPORAL_PAYLOAD_KEYS: ${message}`);
  expect(() => load(text)).not.toThrow(secret);
});

test.each(['userApi', 'restaurantApi', 'deliveryApi', 'orderWorker', 'wholeSystem', 'codecServer'] as const)(
  'the %s, which talks to Temporal, takes the keys',
  (name) => {
    const AUTH_SECRET = 'a secret of thirty-two characters at the least';
    const { TEMPORAL_PAYLOAD_KEYS } = loadConfig(schemas[name], { AUTH_SECRET, TEMPORAL_PAYLOAD_KEYS: `a:${aKey()}` });
    expect(TEMPORAL_PAYLOAD_KEYS?.current?.id).toBe('a');
  },
);

test('a codec server without keys, or without tokens, does not start', () => {
  const AUTH_SECRET = 'a secret of thirty-two characters at the least';
  const keys = { TEMPORAL_PAYLOAD_KEYS: `a:${aKey()}` };
  expect(() => loadConfig(schemas.codecServer, { AUTH_SECRET })).toThrow(/TEMPORAL_PAYLOAD_KEYS: /);
  expect(() => loadConfig(schemas.codecServer, keys)).toThrow(/AUTH_SECRET: needed/);
  expect(() => loadConfig(schemas.codecServer, { ...keys, AUTH_MODE: 'off' })).toThrow(/AUTH_MODE: /);
});
