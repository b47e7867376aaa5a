import express, { type Express, type Router } from 'express';
import type { Registry } from 'prom-client';
import type { Log } from '../../lib/logging/log';
import type { Health } from '../../lib/process/health';
import { identify, type Access } from './access';
import { documentRoutes } from './documents';
import { answerError } from './error-handler';
import { shareFairly } from './fair-share';
import * as hardening from './hardening';
import { healthRoutes } from './health';
import { limitRefused, limitRequests, type RequestLimits } from './limits';
import { mount, refuseOtherMethods } from './mount';
import { notFound } from './refusals';
import type { ServiceRoutes } from './route';
import { countRequests, logRequests, traceRequests } from './telemetry';

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
  createApp(deps, [
    documentRoutes(service),
    ...service.groups.map(({ routes }) => mount(routes, deps)),
    refuseOtherMethods(service.groups.flatMap(({ routes }) => routes)),
  ]);

/** The edge that the services share: authentication, rate limits, parsing, request ids, logs, health, and errors in the contract's form. */
export function createApp(deps: EdgeDeps, routers: Router[]): Express {
  const { log, health, access, registry, limits = {}, trustProxy = false, corsOrigins = [] } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', trustProxy);
  app.use(countRequests(registry)); // first: it counts a request whatever its outcome
  app.use(traceRequests);
  app.use(logRequests(log));
  app.use(hardening.securityHeaders);
  if (corsOrigins.length > 0) app.use(hardening.allowOrigins(corsOrigins));
  app.use(hardening.requireFewHeaders);
  app.use(identify(access));
  app.use(limitRefused(limits)); // counts what one of those above has refused
  app.use(mount(healthRoutes, { health })); // never limited
  app.use(limitRequests(limits));
  app.use(shareFairly());
  for (const router of routers) app.use(router);
  app.use((req) => {
    throw notFound(`No route ${req.method} ${req.path}`);
  });
  app.use(answerError(log));
  return app;
}
