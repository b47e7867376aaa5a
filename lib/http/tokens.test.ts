import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import {
  createVerify,
  KeysUnavailableError,
  signToken,
  TokenRefusedError,
  UnusableKeyError,
  type TokenRules,
} from './tokens';

const rules: TokenRules = { issuer: 'food-delivery', audience: 'food-delivery', clockSkewSeconds: 5 };
const secret = 'a secret of thirty-two characters at the least';
const claims = { sub: 'somebody', role: 'operator' };
const now = (): number => Math.floor(Date.now() / 1_000);

const signed = (key: KeyObject | Uint8Array, alg: string, payload: JWTPayload = {}, header: object = {}) =>
  new SignJWT({ ...claims, iss: rules.issuer, aud: rules.audience, exp: now() + 60, ...payload })
    .setProtectedHeader({ alg, ...header })
    .sign(key);
const bySecret = (payload: JWTPayload = {}, key = secret) => signed(Buffer.from(key), 'HS256', payload);

describe('tokens signed with a secret', () => {
  const verify = createVerify({ secret }, rules);

  test('return their claims', async () => {
    expect(await verify(await signToken(claims, secret, rules, 60))).toMatchObject(claims);
  });

  test('are accepted when the clocks differ by no more than the skew', async () => {
    expect(await verify(await bySecret({ exp: now() - 2 }))).toMatchObject(claims);
    expect(await verify(await bySecret({ nbf: now() + 2 }))).toMatchObject(claims);
  });

  test.each<[string, () => Promise<string> | string]>([
    ['expired', () => bySecret({ exp: now() - 10 })],
    ['not good yet', () => bySecret({ nbf: now() + 60 })],
    ['without an expiry', () => bySecret({ exp: undefined })],
    ['without a subject', () => bySecret({ sub: undefined })],
    ['of another issuer', () => bySecret({ iss: 'somebody else' })],
    ['for another audience', () => bySecret({ aud: 'somebody else' })],
    ['signed with another secret', () => bySecret({}, 'another secret of thirty-two characters at least')],
    [
      'unsigned',
      () => new UnsecuredJWT({ ...claims, iss: rules.issuer, aud: rules.audience, exp: now() + 60 }).encode(),
    ],
    ['signed in another way', () => signed(Buffer.from(secret.repeat(2)), 'HS512')],
    ['whose claims were changed', async () => changed(await bySecret())],
    ['that are none', () => 'not.a.token'],
    ['that are empty', () => ''],
  ])('are refused when %s', async (_name, token) => {
    await expect(verify(await token())).rejects.toBeInstanceOf(TokenRefusedError);
  });
});

test('tokens with a longer life than is allowed are refused, however they are signed', async () => {
  const verify = createVerify({ secret }, { ...rules, maxLifeSeconds: 3_600 });
  expect(await verify(await bySecret({ exp: now() + 3_600 }))).toMatchObject(claims);
  await expect(verify(await bySecret({ exp: now() + 3_700 }))).rejects.toThrow('good for longer than 3600 s');
});

/** The same signature under other claims. */
function changed(token: string): string {
  const [header, , signature] = token.split('.');
  const payload = { ...claims, role: 'service', iss: rules.issuer, aud: rules.audience, exp: now() + 60 };
  return [header, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.');
}

describe('tokens signed with a published key', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const newer = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let published: { key: KeyObject; kid: string }[];
  let publish: () => Promise<object>;
  let server: Server;
  let jwksUrl: string;

  beforeEach(async () => {
    published = [{ key: pair.publicKey, kid: 'one' }];
    publish = async () => ({
      keys: await Promise.all(published.map(async ({ key, kid }) => ({ ...(await exportJWK(key)), kid }))),
    });
    server = createServer((_req, res) => {
      publish().then(
        (keys) => res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(keys)),
        () => res.writeHead(500).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('are accepted by its id', async () => {
    const verify = createVerify({ jwksUrl }, rules);
    expect(await verify(await signed(pair.privateKey, 'RS256', {}, { kid: 'one' }))).toMatchObject(claims);
  });

  test('are refused when the key is not published', async () => {
    const verify = createVerify({ jwksUrl }, rules);
    const token = await signed(newer.privateKey, 'RS256', {}, { kid: 'two' });
    await expect(verify(token)).rejects.toBeInstanceOf(TokenRefusedError);
  });

  test('are refused when the public key was used as a secret', async () => {
    const verify = createVerify({ jwksUrl }, rules);
    const pem = Buffer.from(pair.publicKey.export({ type: 'spki', format: 'pem' }));
    const token = await signed(pem, 'HS256', {}, { kid: 'one' });
    await expect(verify(token)).rejects.toBeInstanceOf(TokenRefusedError);
  });

  test.each([
    ['is too short', { n: 'AQAB' }],
    ['lacks its modulus', { n: undefined }],
  ])('are refused when their key %s, and say so', async (_what, broken) => {
    const jwk = await exportJWK(pair.publicKey);
    publish = async () => ({ keys: [{ ...jwk, ...broken, kid: 'one' }] });
    const verify = createVerify({ jwksUrl }, rules);
    const token = await signed(pair.privateKey, 'RS256', {}, { kid: 'one' });
    await expect(verify(token)).rejects.toBeInstanceOf(UnusableKeyError);
  });

  test('cannot be checked while the server of the keys fails', async () => {
    publish = () => Promise.reject(new Error('no keys'));
    const verify = createVerify({ jwksUrl }, rules);
    const token = await signed(pair.privateKey, 'RS256', {}, { kid: 'one' });
    await expect(verify(token)).rejects.toBeInstanceOf(KeysUnavailableError);
  });

  test('cannot be checked while the keys are not published', async () => {
    const verify = createVerify({ jwksUrl: 'http://127.0.0.1:1/keys' }, rules);
    const token = await signed(pair.privateKey, 'RS256', {}, { kid: 'one' });
    await expect(verify(token)).rejects.toBeInstanceOf(KeysUnavailableError);
  });
});
