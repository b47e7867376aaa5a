/** What operators see of requests: a log line, a measurement and a span for each. */
import { context, propagation, trace, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Request, RequestHandler } from 'express';
import { Gauge, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import { orderLogFields } from '../../contracts/names';
import {
  addLogFields,
  correlationOfRequest,
  logFields,
  requestIdHeader,
  withLogFields,
} from '../../lib/logging/correlation';
import type { Log, LogLevel } from '../../lib/logging/log';
import { latencyBuckets } from '../../lib/metrics/metrics';
import { tracer } from '../../lib/tracing/tracing';

/** The path pattern under which the request's route was found: the canonical one or the old name's. None before a route has taken it. */
const requestedPattern = ({ route }: Request): string | undefined => (route as { path: string } | undefined)?.path;

/** All other methods count as one: a client may invent many. */
const methods = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Observes each request's duration, by its route's canonical path: never by what a client can choose. */
export function countRequests(registry = new Registry()): RequestHandler {
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From a request to the end of its answer. Status 499: the client disconnected before.',
    labelNames: ['method', 'route', 'status'],
    buckets: latencyBuckets,
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: 'http_requests_in_flight',
    help: 'Requests in progress.',
    registers: [registry],
  });
  return (req, res, next) => {
    const end = duration.startTimer();
    inFlight.inc();
    res.once('close', () => {
      inFlight.dec();
      if (res.locals['isStream'] === true) return; // it lasts as long as its client wants
      const method = methods.has(req.method) ? req.method : 'other';
      // Without a pattern no route fits, or the request was refused before routing.
      const route = (res.locals['canonicalPath'] as string | undefined) ?? requestedPattern(req) ?? 'unmatched';
      const status = res.writableFinished ? res.statusCode : 499;
      end({ method, route, status });
    });
    next();
  };
}

/** A span for each request but health checks, in the caller's trace if it names one. */
export const traceRequests: RequestHandler = (req, res, next) => {
  if (req.path.startsWith('/health')) return next();
  const attributes = { 'http.request.method': req.method, 'url.scheme': req.protocol };
  const parent = propagation.extract(context.active(), req.headers);
  const span = tracer.startSpan(req.method, { kind: SpanKind.SERVER, attributes }, parent);
  res.once('close', () => {
    const pattern = requestedPattern(req); // names the span: by the path, each order would have another name
    if (pattern !== undefined) {
      span.updateName(`${req.method} ${pattern}`).setAttribute('http.route', pattern);
      if (typeof req.params.order_id === 'string') span.setAttribute('order_id', req.params.order_id);
    }
    span.setAttribute('http.response.status_code', res.statusCode);
    if (res.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
  context.with(trace.setSpan(parent, span), next);
};

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
        const level = levelOf(req.method, res.statusCode);
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

/** Successful reads are debug lines, and so are failures, which the error handler has logged already. Who changed what, and who was refused, is kept. */
function levelOf(method: string, status: number): LogLevel {
  if (status >= 500) return 'debug';
  return status >= 400 || !isRead(method) ? 'info' : 'debug';
}

export const isRead = (method: string): boolean => ['GET', 'HEAD', 'OPTIONS'].includes(method);

/** The route's pattern, as a path may contain anything; the beginning of the path where the request was refused before routing. */
const shownRoute = (req: Request): string | undefined =>
  requestedPattern(req) ?? /^\/[a-z-]{1,40}(?=\/|$)/.exec(req.path)?.[0];

const orderId = z.guid();

/** Adds the order to the request's log lines, if this is an order id. */
export function logOrder(value: unknown): void {
  const id = orderId.safeParse(value);
  if (id.success) addLogFields(orderLogFields(id.data.toLowerCase()));
}

/** Notes which route has taken the request, whatever name was requested, and logs the order that the path names. */
export const noteRoute =
  (canonicalPath: string): RequestHandler =>
  (req, res, next) => {
    res.locals['canonicalPath'] = canonicalPath;
    logOrder(req.params.order_id);
    next();
  };
