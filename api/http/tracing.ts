import { context, propagation, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { Request, RequestHandler } from 'express';
import { tracer } from '../../lib/tracing/tracing';
import { requestedPattern } from './route-label';

/** A span for each request but health checks, in the caller's trace if it names one. */
export const traceRequests: RequestHandler = (req, res, next) => {
  if (req.path.startsWith('/health')) return next();
  const attributes = { 'http.request.method': req.method, 'url.scheme': req.protocol };
  const parent = propagation.extract(context.active(), req.headers);
  const span = tracer.startSpan(req.method, { kind: SpanKind.SERVER, attributes }, parent);
  res.once('close', () => {
    describe(span, req);
    span.setAttribute('http.response.status_code', res.statusCode);
    if (res.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
  context.with(trace.setSpan(parent, span), next);
};

/** Names the span by its route, which is known only at the end: a name by the path would be another one for each order. */
function describe(span: Span, req: Request): void {
  const pattern = requestedPattern(req);
  if (pattern === undefined) return;
  span.updateName(`${req.method} ${pattern}`).setAttribute('http.route', pattern);
  if (typeof req.params.order_id === 'string') span.setAttribute('order_id', req.params.order_id);
}
