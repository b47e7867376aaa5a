import type { Request, RequestHandler, Response } from 'express';
import { Gauge, Histogram, Registry } from 'prom-client';
import { latencyBuckets, stopwatch } from '../../lib/metrics/metrics';
import { canonicalPattern } from './route-label';

/** All other methods count as one: a client may invent many. */
const methods = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Observes each request's duration, by its route's pattern: never by what a client can choose. */
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
    const seconds = stopwatch();
    inFlight.inc();
    res.once('close', () => {
      inFlight.dec();
      duration.observe({ method: methodOf(req), route: routeOf(req), status: statusOf(res) }, seconds());
    });
    next();
  };
}

const methodOf = ({ method }: Request): string => (methods.has(method) ? method : 'other');

/** `unmatched`: no route fits, or the request was refused before routing. */
const routeOf = (req: Request): string => canonicalPattern(req) ?? 'unmatched';

const statusOf = (res: Response): number => (res.writableFinished ? res.statusCode : 499);
