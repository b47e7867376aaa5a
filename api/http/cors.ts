import type { RequestHandler } from 'express';

/** What a page of another origin may send; `readable` is what it may read of an answer beside the body. */
const preflight = {
  'Access-Control-Allow-Methods': 'GET, POST, PATCH',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, Idempotency-Key, X-Request-Id',
  'Access-Control-Max-Age': '600',
};
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
