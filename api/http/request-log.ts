import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { orderLogFields } from '../../contracts/log-fields';
import { correlationOfRequest, requestIdHeader } from '../../lib/logging/correlation';
import { addLogFields, logFields, withLogFields } from '../../lib/logging/context';
import type { Log, LogLevel } from '../../lib/logging/log';
import { requestedPattern } from './route-label';

/** Logs one line a request. Its id, from `X-Request-Id` or a new one, is in every line about it and goes back to the client in that header. */
export const logRequests =
  (log: Log): RequestHandler =>
  (req, res, next) => {
    const startedAt = performance.now();
    const correlation = correlationOfRequest(req.headers);
    res.setHeader(requestIdHeader, correlation.request_id);
    withLogFields(correlation, () => {
      const fields = logFields(); // others add to it until the line is logged
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

/** Successes are debug lines, and so are failures, which the error handler has logged already. */
const levelOf = (status: number): LogLevel => (status >= 400 && status < 500 ? 'info' : 'debug');

/** The route's pattern, as a path may contain anything; the beginning of the path where the request was refused before routing. */
const shownRoute = (req: Request): string | undefined =>
  requestedPattern(req) ?? /^\/[a-z-]{1,40}(?=\/|$)/.exec(req.path)?.[0];

const orderId = z.guid();

/** Adds the order to the request's log lines, if this is an order id. */
export function logOrder(value: unknown): void {
  const id = orderId.safeParse(value);
  if (id.success) addLogFields(orderLogFields(id.data.toLowerCase()));
}

/** Logs the order that the body or the query names. */
export const logRequestedOrder: RequestHandler = (req, _res, next) => {
  const { order_id } = (req.body ?? {}) as { order_id?: unknown };
  if (order_id !== undefined) logOrder(order_id);
  else if (req.url.includes('order_id=')) logOrder(req.query['order_id']);
  next();
};
