import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { HttpProblem, refuse, unreadable } from './refusals';

/** For answers that are data: no browser should show them as a page, in a frame, or guess their type. */
export const securityHeaders = (): RequestHandler =>
  helmet({
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

/** Far more than clients and proxies send. */
const maxHeaders = 100;

export const requireFewHeaders: RequestHandler = (req, _res, next) => {
  if (req.rawHeaders.length > 2 * maxHeaders)
    throw new HttpProblem(refuse('PAYLOAD_TOO_LARGE', `More than ${maxHeaders} headers`), 431);
  next();
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
