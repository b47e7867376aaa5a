/** What the edge refuses before it looks for a route, and the headers that protect browsers. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { HttpProblem, refuse } from './refusals';

/** For answers that are data: no browser should show them as a page, in a frame, or guess their type. */
export const securityHeaders = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  xFrameOptions: { action: 'deny' },
  strictTransportSecurity: false, // TLS ends at a proxy, which knows whether its other services have TLS too
  // These are about pages.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
});

/** What a page of another origin may send. */
const preflight = {
  'Access-Control-Allow-Methods': 'GET, POST, PATCH',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, Idempotency-Key, X-Request-Id',
  'Access-Control-Max-Age': '600',
};
/** What it may read of an answer, in addition to the body. */
const readable = 'Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id';

/** Lets pages of exactly these origins call from a browser. No cookies: callers authenticate by token. */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  return (req, res, next) => {
    res.vary('Origin');
    const origin = req.get('origin');
    if (origin === undefined || !origins.includes(origin)) return next();
    res.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': readable });
    if (req.method !== 'OPTIONS' || req.get('access-control-request-method') === undefined) return next();
    res.status(204).set(preflight).end();
  };
}

/** Far more than clients and proxies send. */
const maxHeaders = 100;

export const requireFewHeaders: RequestHandler = (req, _res, next) => {
  if (req.rawHeaders.length > 2 * maxHeaders)
    throw new HttpProblem(refuse('PAYLOAD_TOO_LARGE', `More than ${maxHeaders} headers`), 431);
  next();
};
