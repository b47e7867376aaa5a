import { createHmac, randomBytes } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { callerClaims, type Caller, type Role } from '../../contracts/access';
import type { AccessConfig, ServiceTokenConfig } from '../../lib/config/access';
import { isLoopback } from '../../lib/config/process';
import * as tokens from '../../lib/http/tokens';
import { addLogFields } from '../../lib/logging/correlation';
import { HttpProblem, refuse, unauthenticated, unavailable, type Refusal } from './refusals';

/** How callers authenticate: by a token that this verifies; or not at all, and every caller is an operator. */
export type Access =
  | {
      mode: 'required';
      verify: tokens.Verify;
      /** What names a caller in the logs. @default Its role alone. */
      nameInLogs?: (caller: Caller) => string;
    }
  | { mode: 'off' };

export function accessOf(config: AccessConfig): Access {
  const { AUTH_MODE, AUTH_SECRET, AUTH_JWKS_URL } = config;
  if (AUTH_MODE === 'off') return { mode: 'off' };
  const key = AUTH_SECRET === undefined ? { jwksUrl: AUTH_JWKS_URL ?? '' } : { secret: AUTH_SECRET };
  return { mode: 'required', verify: tokens.createVerify(key, rulesOf(config)), nameInLogs: pseudonyms(AUTH_SECRET) };
}

/** The same caller has the same name in all processes with this secret, and in this process alone without one. It does not reveal who it is. */
function pseudonyms(secret: string | undefined): (caller: Caller) => string {
  const key = createHmac('sha256', secret ?? randomBytes(32))
    .update('names in logs')
    .digest();
  return ({ role, sub }) => `${role}:${createHmac('sha256', key).update(sub).digest('hex').slice(0, 12)}`;
}

const rulesOf = ({
  AUTH_ISSUER,
  AUTH_AUDIENCE,
  AUTH_CLOCK_SKEW_S,
  AUTH_MAX_LIFE_S,
}: AccessConfig): tokens.TokenRules => ({
  issuer: AUTH_ISSUER,
  audience: AUTH_AUDIENCE,
  clockSkewSeconds: AUTH_CLOCK_SKEW_S,
  maxLifeSeconds: AUTH_MAX_LIFE_S,
});

/** The headers by which a service authenticates with another one. */
export type Authorize = () => Promise<Record<string, string>>;

const lifeSeconds = 300;
/** A token is used no longer than this, so that it is still valid when the request arrives. */
const useMs = 240_000;

/** Uses the configured token, or signs tokens with the secret. */
export function serviceAuthorization(service: string, config: AccessConfig & ServiceTokenConfig): Authorize {
  const { AUTH_MODE, AUTH_SECRET, AUTH_SERVICE_TOKEN } = config;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  if (AUTH_SERVICE_TOKEN !== undefined) return async () => bearer(AUTH_SERVICE_TOKEN);
  if (AUTH_MODE === 'off' || AUTH_SECRET === undefined) return async () => ({});
  const claims = { role: 'service', sub: service };
  const sign = () => tokens.signToken(claims, AUTH_SECRET, rulesOf(config), lifeSeconds);
  const token = tokens.cachedToken(sign, useMs);
  return async () => bearer(await token());
}

const callers = new WeakMap<Request, Caller>();
const expiries = new WeakMap<Request, number>();
const anybody: Caller = { role: 'operator', sub: 'anybody' };

/** Authenticates the caller before anything else of the request is read. Refuses a bad token also where none is needed. */
export function identify(access: Access): RequestHandler {
  if (access.mode === 'off') return (req, _res, next) => (requireLocal(req), callers.set(req, anybody), next());
  return async (req, _res, next) => {
    const [header, ...more] = req.headersDistinct.authorization ?? [];
    if (more.length > 0) throw unauthenticated('Send one Authorization header');
    if (header !== undefined) {
      const { caller, expiresAt } = await readCaller(header, access.verify);
      admit(req, caller, expiresAt);
      addLogFields({ caller: access.nameInLogs?.(caller) ?? caller.role });
    }
    next();
  };
}

/**
 * Without tokens whatever reaches the service may do anything, and a web page reaches it through its reader's browser: by a name that it has
 * pointed at this machine, or from another site.
 */
function requireLocal(req: Request): void {
  if (!isLoopback((req.get('host') ?? '').replace(/:\d+$/, '')))
    throw new HttpProblem(
      refuse('FORBIDDEN', 'With AUTH_MODE=off this service answers only by the names of this machine'),
    );
  if (req.get('sec-fetch-site') === 'cross-site')
    throw new HttpProblem(refuse('FORBIDDEN', 'With AUTH_MODE=off this service answers no pages of other sites'));
}

/** The request is the caller's from here on, until that time (Unix, in milliseconds). */
export function admit(req: Request, caller: Caller, expiresAt: number): void {
  callers.set(req, caller);
  expiries.set(req, expiresAt);
}

async function readCaller(header: string, verify: tokens.Verify): Promise<{ caller: Caller; expiresAt: number }> {
  const [, token] = /^bearer +([^ ]+) *$/i.exec(header) ?? [];
  if (token === undefined) throw unauthenticated('Send a token: Authorization: Bearer …');
  const payload = await verify(token).catch(refuseToken);
  const claims = callerClaims.safeParse(payload);
  if (!claims.success) throw unauthenticated('The token lacks a known role, or a claim that its role requires');
  return { caller: claims.data, expiresAt: (payload.exp ?? 0) * 1_000 };
}

function refuseToken(error: unknown): never {
  if (error instanceof tokens.TokenRefusedError) throw Object.assign(unauthenticated(error.message), { cause: error });
  if (error instanceof tokens.KeysUnavailableError) throw unavailable('Tokens cannot be verified now. Try again.');
  throw error;
}

/** The roles that may call a route for `allowed`: operators too. */
export const withOperators = (allowed: readonly Role[]): Role[] => [...new Set<Role>([...allowed, 'operator'])];

/** Lets these roles through, and operators. Throws HttpProblem: UNAUTHENTICATED without a caller, FORBIDDEN for another role. */
export function only(...allowed: readonly Role[]): RequestHandler {
  const roles = withOperators(allowed);
  return (req, _res, next) => {
    const caller = callers.get(req);
    if (!caller) throw unauthenticated('This needs a token: Authorization: Bearer …');
    if (!roles.includes(caller.role))
      throw new HttpProblem(refuse('FORBIDDEN', `The role ${caller.role} may not do this`));
    next();
  };
}

export const callerOf = (req: Request): Caller | undefined => callers.get(req);

/** When the caller's token expires (Unix, in milliseconds); undefined without one. */
export const expiryOf = (req: Request): number | undefined => expiries.get(req);

/** Whether a customer requests what is another's. The other roles are no customers. */
export const isAnothers = (caller: Caller, userId: string | null): boolean =>
  caller.role === 'customer' && caller.sub !== userId;

export const refuseAnothers = (caller: Caller, userId: string): Refusal<'FORBIDDEN'> | undefined =>
  isAnothers(caller, userId) ? refuse('FORBIDDEN', 'This belongs to another customer') : undefined;
