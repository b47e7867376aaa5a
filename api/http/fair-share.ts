import type { Request, RequestHandler, Response } from 'express';
import type { Caller } from '../../contracts/access';
import { callerOf } from './access';
import { isUnlimited, keyOf } from './limits';
import { HttpProblem, refuse } from './refusals';
import { isRead } from './telemetry';

/** Of one caller, at the same time: as many as a browser has connections, and fewer than a service has to its database. */
const maxAtOnce = 6;
/** A customer's placements and cancels: each costs as much as many reads, and nobody places two orders at once. */
const maxCustomerWrites = 2;
/** Of one caller, for their turn. */
const maxWaiting = 200;

const leaving = new WeakMap<Response, () => void>();

/** The answer costs its caller's share no longer: a stream that is open waits for events. */
export const leaveShare = (res: Response): void => leaving.get(res)?.();

interface Share {
  running: number;
  waiting: (() => void)[];
}

/**
 * Keeps one caller from taking what all share: beyond six at a time a caller's requests wait for their turn, in order; beyond two, those by which
 * a customer changes something. Throws HttpProblem: TOO_MANY_REQUESTS when 200 wait already. Operators and services act for many, and are not limited; without a token there is only browsing.
 */
export function shareFairly(): RequestHandler {
  const shares = new Map<string, Share>();
  return (req, res, next) => {
    const caller = callerOf(req);
    if (!caller || isUnlimited(caller)) return next();
    const { key, atOnce } = shareOf(caller, req);
    const share = shares.get(key) ?? { running: 0, waiting: [] };
    shares.set(key, share);

    const run = (): void => {
      share.running += 1;
      const leave = (): void => {
        if (!leaving.delete(res)) return;
        share.running -= 1;
        share.waiting.shift()?.();
        if (share.running === 0) shares.delete(key);
      };
      leaving.set(res, leave);
      res.once('close', leave);
      next();
    };
    if (share.running < atOnce) return run();
    if (share.waiting.length >= maxWaiting)
      throw new HttpProblem(refuse('TOO_MANY_REQUESTS', 'Too many requests at once', { retryAfterSeconds: 1 }));
    share.waiting.push(run);
    res.once('close', () => {
      const place = share.waiting.indexOf(run); // the client has gone before its turn
      if (place >= 0) share.waiting.splice(place, 1);
    });
  };
}

const shareOf = (caller: Caller, { method }: Request): { key: string; atOnce: number } =>
  caller.role === 'customer' && !isRead(method)
    ? { key: `${keyOf(caller)} writes`, atOnce: maxCustomerWrites }
    : { key: keyOf(caller), atOnce: maxAtOnce };
