import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { orderLogFields } from '../../contracts/log-fields';
import { correlationOfRequest, requestIdHeader } from '../../lib/logging/correlation';
import { addLogFields, logFields, withLogFields } from '../../lib/logging/context';
import type { Log, LogLevel } from '../../lib/logging/log';
import { askedRoute } from './route';

/**
 * One line a request, and its id in each line that is logged over it: that of `X-Request-Id`, or a new one. Whoever asks gets it back in that
 * header.
 */
export const logRequests =
  (log: Log): RequestHandler =>
  (req, res, next) => {
    const startedAt = performance.now();
    const correlation = correlationOfRequest(req.headers);
    res.setHeader(requestIdHeader, correlation.request_id);
    withLogFields(correlation, () => {
      const fields = logFields(); // with what will have been added by then
      res.once('close', () => {
        const level = levelOf(res.statusCode);
        if (!log.isLevelEnabled(level)) return;
        const answer = res.writableFinished ? { status: res.statusCode } : { aborted: true };
        const duration_ms = Math.round(performance.now() - startedAt);
        const { method } = req;
        log[level](
          { event: 'request', ...fields, method, route: shownRoute(req), ...answer, duration_ms },
          'a request',
        );
      });
      next();
    });
  };

/** Successes only at debug level, and so what the error handler has logged already. */
const levelOf = (status: number): LogLevel => (status >= 400 && status < 500 ? 'info' : 'debug');

/** The route's pattern, for a path may have anything in it; of a request that was refused before its route, how the path begins. */
const shownRoute = (req: Request): string | undefined =>
  askedRoute(req) ?? /^\/[a-z-]{1,40}(?=\/|$)/.exec(req.path)?.[0];

const orderId = z.guid();

/** The order that the path names, for a router's parameter `order_id`. */
export function logOrder(value: unknown): void {
  const id = orderId.safeParse(value);
  if (id.success) addLogFields(orderLogFields(id.data.toLowerCase()));
}

/** The order that the body or the query names. */
export const logOrderAskedFor: RequestHandler = (req, _res, next) => {
  const { order_id } = (req.body ?? {}) as { order_id?: unknown };
  if (order_id !== undefined) logOrder(order_id);
  else if (req.url.includes('order_id=')) logOrder(req.query['order_id']);
  next();
};
