import { setTimeout as pause } from 'node:timers/promises';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Caller, Role } from '../../contracts/access';
import type { RateLimit } from '../../lib/redis/rate-limits';
import { callerOf } from './access';
import { HttpProblem, refuse } from './refusals';
import { isRead } from './telemetry';

/** How many requests each caller may send. What is left out is not limited. */
export interface RequestLimits {
  reads?: RateLimit | undefined;
  writes?: RateLimit | undefined;
}

/** They send many requests at a time, and may do everything anyway. */
const unlimited: Role[] = ['operator', 'service'];
export const isUnlimited = ({ role }: Caller): boolean => unlimited.includes(role);

/**
 * A refusal costs processor time too. One that comes late slows a caller down who sends the next request when this one is answered, and costs only a
 * connection meanwhile.
 */
const refusalDelayMs = 500;

/** What a caller's requests are counted under. */
export const keyOf = ({ role, sub }: Caller): string => `${role}:${sub}`;

/** Counts each request for its caller, or for its address where it has no token. Throws HttpProblem: TOO_MANY_REQUESTS. */
export function limitRequests(limits: RequestLimits): RequestHandler {
  return async (req, res, next) => {
    await count(limits, req, res, callerOf(req));
    next();
  };
}

/** Counts requests that were refused already for their address: guessing tokens ends in 429 too. */
export function limitRefused(limits: RequestLimits): ErrorRequestHandler {
  return async (error: unknown, req, res, next) => {
    await count(limits, req, res, undefined);
    next(error);
  };
}

async function count(limits: RequestLimits, req: Request, res: Response, caller: Caller | undefined): Promise<void> {
  if (caller && isUnlimited(caller)) return;
  const limit = isRead(req.method) ? limits.reads : limits.writes;
  if (!limit) return;
  const { name, quota, windowSeconds } = limit;
  const key = caller ? keyOf(caller) : `address:${networkOf(req.ip ?? 'unknown')}`;
  const { allowed, remaining, resetMs } = await limit.take(key);
  const resetSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
  // draft-ietf-httpapi-ratelimit-headers-10
  res.set('RateLimit-Policy', `"${name}";q=${quota};w=${windowSeconds}`);
  res.set('RateLimit', `"${name}";r=${remaining};t=${resetSeconds}`);
  if (allowed) return;
  await pause(refusalDelayMs);
  const message = `More than ${quota} ${name} in ${windowSeconds} s. Try again in ${resetSeconds} s.`;
  throw new HttpProblem(refuse('TOO_MANY_REQUESTS', message, { retryAfterSeconds: resetSeconds }));
}

/** The first half of an IPv6 address, as one machine has the whole other half; an IPv4 address as it is. */
export function networkOf(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined || !address.includes(':')) return v4 ?? address;
  const [before = '', behind] = address.split('%')[0]?.split('::') ?? [];
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
  const zeros = 8 - groups(before).length - groups(behind).length;
  const all = [...groups(before), ...Array<string>(Math.max(zeros, 0)).fill('0'), ...groups(behind)];
  return `${all.slice(0, 4).join(':')}::/64`;
}
