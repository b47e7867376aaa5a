import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { HttpProblem, unreadable } from './problems';

/** For answers that are data: nobody should show them as a page, in a frame, or guess what they are. */
export const securityHeaders = (): RequestHandler =>
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: false, // TLS ends at a proxy: it knows whether its other services have TLS too
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
  if (req.rawHeaders.length > 2 * maxHeaders) throw new HttpProblem(431, `More than ${maxHeaders} headers`);
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
