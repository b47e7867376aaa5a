import type { Request, RequestHandler } from 'express';
import { callerClaims, type Caller, type Role } from '../../contracts/access';
import { KeysUnavailableError, TokenRefusedError, type Verify } from '../../lib/http/tokens';
import { HttpProblem, unavailable } from './problems';

/** How callers are known: by a token that this verifies; or, where nobody asks, everybody is an operator. */
export type Access = { mode: 'required'; verify: Verify } | { mode: 'off' };

const callers = new WeakMap<Request, Caller>();
const anybody: Caller = { role: 'operator', sub: 'anybody' };

/** Learns who asks, before anything else of the request is read. A token that is not good is refused also where none is needed. */
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
  if (token === undefined) throw unauthorized('Send a token: Authorization: Bearer …');
  const claims = callerClaims.safeParse(await verify(token).catch(refuse));
  if (!claims.success) throw unauthorized('The token names no role that is known here, or not what the role needs');
  return claims.data;
}

function refuse(err: unknown): never {
  if (err instanceof TokenRefusedError) throw unauthorized(err.message);
  if (err instanceof KeysUnavailableError) throw unavailable('Tokens cannot be checked at the moment. Try again.');
  throw err;
}

const unauthorized = (message: string): HttpProblem => new HttpProblem(401, message);

/** Lets these roles through, and operators. Each route has one of these, or is `open`. Throws 401 without a caller, 403 for another role. */
export function only(...allowed: Role[]): Guard {
  const access: Role[] = [...allowed, 'operator'];
  return guard(access, (req, _res, next) => {
    const caller = callers.get(req);
    if (!caller) throw unauthorized('This needs a token: Authorization: Bearer …');
    if (!access.includes(caller.role)) throw forbidden(`This is not for the role ${caller.role}`);
    next();
  });
}

/** A route for everybody. */
export const open: RequestHandler & { access: 'anybody' } = Object.assign<RequestHandler, { access: 'anybody' }>(
  (_req, _res, next) => next(),
  { access: 'anybody' },
);

/** What a route's guard lets through, for whoever lists the routes. */
export type Guard = RequestHandler & { access: Role[] };
const guard = (access: Role[], handler: RequestHandler): Guard => Object.assign(handler, { access });

export const forbidden = (message: string): HttpProblem => new HttpProblem(403, message);

/** Who asks. Only behind a guard. */
export function callerOf(req: Request): Caller {
  const caller = callers.get(req);
  if (!caller) throw new Error('a route without a guard has asked for its caller');
  return caller;
}

/** Who asks, behind a guard or not; undefined where nobody says so. */
export const callerIfKnown = (req: Request): Caller | undefined => callers.get(req);

/** Whether a customer asks for what is not theirs; the other roles are no customers. */
export const isAnothers = (caller: Caller, userId: string | null): boolean =>
  caller.role === 'customer' && caller.sub !== userId;

/** What is a customer's own is asked for by that customer, or by somebody who is no customer. Throws 403. */
export function requireOwnUser(caller: Caller, userId: string): void {
  if (isAnothers(caller, userId)) throw forbidden("This is another customer's");
}
