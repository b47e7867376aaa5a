import { cachedToken, createVerify, signToken, type TokenRules } from '../../lib/http/tokens';
import type { Access } from './access';

/** The configuration of access, checked to be complete. */
interface AccessConfig {
  AUTH_MODE: 'required' | 'off';
  AUTH_SECRET?: string | undefined;
  AUTH_JWKS_URL?: string | undefined;
  AUTH_ISSUER: string;
  AUTH_AUDIENCE: string;
  AUTH_CLOCK_SKEW_S: number;
}

export function accessOf(config: AccessConfig): Access {
  const { AUTH_MODE, AUTH_SECRET, AUTH_JWKS_URL } = config;
  if (AUTH_MODE === 'off') return { mode: 'off' };
  const key = AUTH_SECRET === undefined ? { jwksUrl: AUTH_JWKS_URL ?? '' } : { secret: AUTH_SECRET };
  return { mode: 'required', verify: createVerify(key, rulesOf(config)) };
}

const rulesOf = ({ AUTH_ISSUER, AUTH_AUDIENCE, AUTH_CLOCK_SKEW_S }: AccessConfig): TokenRules => ({
  issuer: AUTH_ISSUER,
  audience: AUTH_AUDIENCE,
  clockSkewSeconds: AUTH_CLOCK_SKEW_S,
});

/** The headers by which a service authenticates with another one. */
export type Authorize = () => Promise<Record<string, string>>;

const lifeSeconds = 300;
/** A token is used no longer than this, so that it is still valid when the request arrives. */
const useMs = 240_000;

/** Uses the configured token, or signs tokens with the secret. */
export function serviceAuthorization(
  service: string,
  config: AccessConfig & { AUTH_SERVICE_TOKEN?: string | undefined },
): Authorize {
  const { AUTH_MODE, AUTH_SECRET, AUTH_SERVICE_TOKEN } = config;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  if (AUTH_SERVICE_TOKEN !== undefined) return async () => bearer(AUTH_SERVICE_TOKEN);
  if (AUTH_MODE === 'off' || AUTH_SECRET === undefined) return async () => ({});
  const claims = { role: 'service', sub: service };
  const token = cachedToken(() => signToken(claims, AUTH_SECRET, rulesOf(config), lifeSeconds), useMs);
  return async () => bearer(await token());
}
