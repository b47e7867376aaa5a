import type { Request, RequestHandler } from 'express';
import { callerClaims, type Caller, type Role } from '../../contracts/access';
import { KeysUnavailableError, TokenRefusedError, type Verify } from '../../lib/http/tokens';
import { forbidden, refuse, unauthenticated, unavailable, type Refusal } from './refusals';

/** How callers authenticate: by a token that this verifies; or not at all, and every caller is an operator. */
export type Access = { mode: 'required'; verify: Verify } | { mode: 'off' };

const callers = new WeakMap<Request, Caller>();
const anybody: Caller = { role: 'operator', sub: 'anybody' };

/** Authenticates the caller before anything else of the request is read. Refuses a bad token also where none is needed. */
export function identify(access: Access): RequestHandler {
  if (access.mode === 'off') return (req, _res, next) => (callers.set(req, anybody), next());
  return async (req, _res, next) => {
    const header = req.get('authorization');
    if (header !== undefined) callers.set(req, await readCaller(header, access.verify));
    next();
  };
}

async function readCaller(header: string, verify: Verify): Promise<Caller> {
  const [, token] = /^bearer +([^ ]+) *$/i.exec(header) ?? [];
  if (token === undefined) throw unauthenticated('Send a token: Authorization: Bearer …');
  const claims = callerClaims.safeParse(await verify(token).catch(refuseToken));
  if (!claims.success) throw unauthenticated('The token lacks a known role, or a claim that its role requires');
  return claims.data;
}

function refuseToken(error: unknown): never {
  if (error instanceof TokenRefusedError) throw unauthenticated(error.message);
  if (error instanceof KeysUnavailableError) throw unavailable('Tokens cannot be verified now. Try again.');
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
    if (!roles.includes(caller.role)) throw forbidden(`The role ${caller.role} may not do this`);
    next();
  };
}

/** The authenticated caller of a request behind `only`. */
export function callerOf(req: Request): Caller {
  const caller = callers.get(req);
  if (!caller) throw new Error('a route for anybody has read its caller');
  return caller;
}

/** Undefined where the request has no token. */
export const callerIfKnown = (req: Request): Caller | undefined => callers.get(req);

/** Whether a customer requests what is another's. The other roles are no customers. */
export const isAnothers = (caller: Caller, userId: string | null): boolean =>
  caller.role === 'customer' && caller.sub !== userId;

/** The refusal of a customer who requests what is another's. */
export const refuseAnothers = (caller: Caller, userId: string): Refusal<'FORBIDDEN'> | undefined =>
  isAnothers(caller, userId) ? refuse('FORBIDDEN', 'This belongs to another customer') : undefined;
