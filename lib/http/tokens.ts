import { createSecretKey } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, SignJWT, type JWTPayload, type JWTVerifyOptions } from 'jose';

/** What makes a token one of ours. */
export interface TokenRules {
  issuer: string;
  audience: string;
  /** By how much the clocks of whoever signs and of this machine may differ. */
  clockSkewSeconds: number;
}

/** How tokens are signed: by a secret that we share with whoever signs, or by keys that are published at an address. */
export type TokenKey = { secret: string } | { jwksUrl: string };

/** The claims of a token. Throws TokenRefusedError, or KeysAwayError when the published keys cannot be had. */
export type Verify = (token: string) => Promise<JWTPayload>;

/** Thrown when a token is expired, not signed by the key, for somebody else, or no token at all. The message may be told to whoever sent it. */
export class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';
}

/** Thrown when nobody can say whether a token is good. */
export class KeysAwayError extends Error {
  override readonly name = 'KeysAwayError';
}

/** No algorithm that a published key could be mistaken for: a secret signs HS256 and nothing else, published keys never do. */
const publishedAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const secretAlgorithms = ['HS256'];

export function createVerify(key: TokenKey, { issuer, audience, clockSkewSeconds }: TokenRules): Verify {
  const rules: JWTVerifyOptions = {
    issuer,
    audience,
    clockTolerance: clockSkewSeconds,
    requiredClaims: ['exp', 'sub'],
  };
  const verified = verifierOf(key, rules);
  return async (token) => {
    try {
      return (await verified(token)).payload;
    } catch (err) {
      throw toOurError(err);
    }
  };
}

function verifierOf(key: TokenKey, rules: JWTVerifyOptions): (token: string) => Promise<{ payload: JWTPayload }> {
  if ('secret' in key) {
    const secret = secretKey(key.secret);
    return (token) => jwtVerify(token, secret, { ...rules, algorithms: secretAlgorithms });
  }
  const keys = createRemoteJWKSet(new URL(key.jwksUrl), { timeoutDuration: keysTimeoutMs });
  return (token) => jwtVerify(token, keys, { ...rules, algorithms: publishedAlgorithms });
}

/** A request must not wait for them longer than for anything else. */
const keysTimeoutMs = 2_000;

const secretKey = (secret: string) => createSecretKey(Buffer.from(secret, 'utf8'));

/** Signs what a token is to say. It is good for so many seconds. */
export const signToken = (
  claims: JWTPayload,
  secret: string,
  { issuer, audience }: TokenRules,
  secondsToLive: number,
): Promise<string> => {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + secondsToLive)
    .sign(secretKey(secret));
};

/** What `sign` gives, signed anew after so long. */
export function signedAnew(sign: () => Promise<string>, useMs: number): () => Promise<string> {
  let signed: { token: Promise<string>; at: number } | undefined;
  return () => {
    if (!signed || Date.now() - signed.at > useMs) signed = { token: sign(), at: Date.now() };
    return signed.token;
  };
}

/** Everything else that the library says is a fault of the token. */
function toOurError(err: unknown): Error {
  if (err instanceof errors.JWTExpired) return new TokenRefusedError('The token has expired', { cause: err });
  if (err instanceof errors.JWTClaimValidationFailed)
    return new TokenRefusedError(`The token's "${err.claim}" is not accepted here`, { cause: err });
  const away = [errors.JWKSTimeout, errors.JWKSInvalid].some((type) => err instanceof type);
  if (away || !(err instanceof errors.JOSEError))
    return new KeysAwayError('the published keys cannot be had', { cause: err });
  return new TokenRefusedError('The token is not valid', { cause: err });
}
