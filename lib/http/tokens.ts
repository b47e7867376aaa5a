import { createSecretKey } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, SignJWT, type JWTPayload, type JWTVerifyGetKey } from 'jose';

export interface TokenRules {
  issuer: string;
  audience: string;
  /** The tolerated difference between the clocks of the issuer and this machine. */
  clockSkewSeconds: number;
  /** A token that is good for longer from now is refused: if it is stolen, it must end soon. @default Any life. */
  maxLifeSeconds?: number;
}

/** How tokens are signed: with a secret shared with the issuer, or with keys that the issuer publishes. */
export type TokenKey = { secret: string } | { jwksUrl: string };

/** Returns the claims of a token. Throws TokenRefusedError, or KeysUnavailableError when the published keys cannot be loaded. */
export type Verify = (token: string) => Promise<JWTPayload>;

/** Thrown when a token is malformed, expired, has another audience, or an invalid signature. The message may be shown to its sender. */
export class TokenRefusedError extends Error {
  override readonly name: string = 'TokenRefusedError';
}

/** Thrown when a token names a published key that cannot be used, say because it is too short. Its publisher has to replace it. */
export class UnusableKeyError extends TokenRefusedError {
  override readonly name = 'UnusableKeyError';
}

/** Thrown when a token cannot be checked now. Retryable. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

export function createVerify(key: TokenKey, tokenRules: TokenRules): Verify {
  const { issuer, audience, clockSkewSeconds, maxLifeSeconds = Infinity } = tokenRules;
  const { keys, algorithms } = keysOf(key);
  const requiredClaims = ['exp', 'sub'];
  const rules = { issuer, audience, clockTolerance: clockSkewSeconds, requiredClaims, algorithms };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, rules);
      const lifeSeconds = (payload.exp ?? Infinity) - Date.now() / 1_000;
      if (lifeSeconds <= maxLifeSeconds + clockSkewSeconds) return payload;
    } catch (error) {
      throw toTokenError(error);
    }
    throw new TokenRefusedError(`The token is good for longer than ${maxLifeSeconds} s`);
  };
}

/** A published key must never pass for a secret: a secret verifies HS256 only, published keys never do. */
function keysOf(key: TokenKey): { keys: JWTVerifyGetKey; algorithms: string[] } {
  if ('secret' in key) {
    const secret = secretKey(key.secret);
    return { keys: async () => secret, algorithms: ['HS256'] };
  }
  const published = createRemoteJWKSet(new URL(key.jwksUrl), { timeoutDuration: keysTimeoutMs });
  return { keys: published, algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'] };
}

/** A request waits for the published keys no longer than for other services. */
const keysTimeoutMs = 2_000;

const secretKey = (secret: string) => createSecretKey(Buffer.from(secret, 'utf8'));

export const signToken = (
  claims: JWTPayload,
  secret: string,
  { issuer, audience }: TokenRules,
  secondsToLive: number,
): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${secondsToLive} s`)
    .sign(secretKey(secret));

/** Returns a signed token, and signs a new one after `useMs`. */
export function cachedToken(sign: () => Promise<string>, useMs: number): () => Promise<string> {
  let signed: { token: Promise<string>; at: number } | undefined;
  return () => {
    if (!signed || Date.now() - signed.at > useMs) signed = { token: sign(), at: Date.now() };
    return signed.token;
  };
}

/** Any other error of the library means that the token is invalid; one of another kind, that a key is. */
function toTokenError(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return new TokenRefusedError('The token has expired', { cause: error });
  if (error instanceof errors.JWTClaimValidationFailed)
    return new TokenRefusedError(`The token's "${error.claim}" is not accepted here`, { cause: error });
  if (areKeysUnavailable(error))
    return new KeysUnavailableError('the published keys cannot be loaded', { cause: error });
  if (!(error instanceof errors.JOSEError))
    return new UnusableKeyError('The key of the token cannot be used', { cause: error });
  return new TokenRefusedError('The token is not valid', { cause: error });
}

/** The server of the keys does not answer, or not with keys. `fetch` names only its own failures so. */
const areKeysUnavailable = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') ||
  String(error) === 'TypeError: fetch failed';
