/** What the edge refuses before it looks for a route, and the headers that protect browsers. */
import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import type { Request, RequestHandler } from 'express';
import helmet from 'helmet';
import { HttpProblem, refuse, unreadable } from './refusals';

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

/** A chunked body shows only by its first byte whether it is empty, which is as good as none. */
export const requireJson: RequestHandler = async (req, _res, next) => {
  const isChunked = req.headers['transfer-encoding'] !== undefined;
  const mayHaveBody = isChunked || Number(req.headers['content-length'] ?? 0) > 0;
  if (mayHaveBody && !req.is('json') && !(isChunked && (await isEmpty(req))))
    throw new HttpProblem(refuse('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json'));
  next();
};

async function isEmpty(req: Request): Promise<boolean> {
  if (req.readableLength === 0 && !req.readableEnded) await Promise.race([once(req, 'readable'), once(req, 'end')]);
  return req.readableLength === 0;
}

/** Otherwise each invalid byte would become a replacement character, and be stored as one. */
export const requireUtf8 = (_req: unknown, _res: unknown, body: Buffer): void => {
  if (!isUtf8(body)) throw unreadable('The body is not valid UTF-8');
};

/** The deepest body of the contract, a placement, has 5. */
const maxLevels = 20;

export const requireShallowBody: RequestHandler = (req, _res, next) => {
  if (isDeeper(maxLevels, req.body)) throw unreadable(`The body is nested deeper than ${maxLevels} levels`);
  next();
};

const isDeeper = (levels: number, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(levels - 1, inner)));
