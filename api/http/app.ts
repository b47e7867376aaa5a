import { isUtf8 } from 'node:buffer';
import express, { type Express, type RequestHandler, type Router } from 'express';
import type { Registry } from 'prom-client';
import type { Log } from '../../lib/logging/log';
import type { Health } from '../../lib/process/health';
import { identify, type Access } from './access';
import { allowOrigins } from './cors';
import { documentRoutes } from './documents';
import { answerError, bodyLimit } from './error-handler';
import { requireFewHeaders, requireShallowBody, securityHeaders } from './hardening';
import { healthRoutes } from './health';
import { limitRefused, limitRequests, type RequestLimits } from './limits';
import { countRequests } from './metrics';
import { mount } from './mount';
import { HttpProblem, notFound, refuse, unreadable } from './refusals';
import { logRequestedOrder, logRequests } from './request-log';
import type { ServiceRoutes } from './route';
import { traceRequests } from './tracing';

export interface EdgeOptions {
  /** @default No caller is limited. */
  limits?: RequestLimits;
  /** As in Express: which proxies are trusted to name a client's address. @default None. */
  trustProxy?: number | string[] | undefined;
  /** The origins whose pages may call from a browser. @default None. */
  corsOrigins?: readonly string[];
}

export interface EdgeDeps extends EdgeOptions {
  log: Log;
  access: Access;
  health: Health;
  registry?: Registry;
}

/** A service's HTTP interface: its routes and its documents, behind the edge. */
export const createServiceApp = <Deps>(service: ServiceRoutes<Deps>, deps: Deps & EdgeDeps): Express =>
  createApp(deps, [documentRoutes(service), ...service.groups.map(({ routes }) => mount(routes, deps))]);

/** The edge that the services share: authentication, rate limits, parsing, request ids, logs, health, and errors in the contract's form. */
export function createApp(deps: EdgeDeps, routers: Router[]): Express {
  const { log, health, access, registry, limits = {}, ...network } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', network.trustProxy ?? false);
  app.use(countRequests(registry)); // first: it counts a request whatever its outcome
  app.use(traceRequests);
  app.use(logRequests(log));
  app.use(securityHeaders());
  if (network.corsOrigins?.length) app.use(allowOrigins(network.corsOrigins));
  app.use(requireFewHeaders);
  app.use(identify(access));
  app.use(limitRefused(limits)); // counts what one of those above has refused
  app.use(mount(healthRoutes, { health })); // never limited
  app.use(limitRequests(limits));
  app.use(requireJson);
  app.use(express.json({ limit: bodyLimit, verify: requireUtf8 }));
  app.use(requireShallowBody);
  app.use(logRequestedOrder);
  for (const router of routers) app.use(router);
  app.use((req) => {
    throw notFound(`No route ${req.method} ${req.path}`);
  });
  app.use(answerError(log));
  return app;
}

const requireJson: RequestHandler = (req, _res, next) => {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  if (hasBody && !req.is('json'))
    throw new HttpProblem(refuse('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json'));
  next();
};

/** Otherwise each invalid byte would become a replacement character, and be stored as one. */
const requireUtf8 = (_req: unknown, _res: unknown, body: Buffer): void => {
  if (!isUtf8(body)) throw unreadable('The body is not valid UTF-8');
};
