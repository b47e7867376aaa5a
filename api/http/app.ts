import { isUtf8 } from 'node:buffer';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import type { Registry } from 'prom-client';
import { alive, type Health } from '../../lib/process/health';
import { isDatabaseUnavailable } from '../../lib/postgres/database';
import { TemporalUnavailableError, WorkflowGoneError } from '../../lib/temporal/errors';
import type { Log } from '../../lib/logging/log';
import { identify, open, type Access } from './access';
import { allowOrigins } from './cors';
import { requireFewHeaders, requireShallowBody, securityHeaders } from './hardening';
import { limitRefused, limitRequests, type RequestLimits } from './limits';
import { countRequests } from './metrics';
import { HttpProblem, notFound, unavailable, unreadable } from './problems';
import { logOrder, logOrderAskedFor, logRequests } from './request-log';
import { traceRequests } from './tracing';

/** Room for 50 restaurants of 200 items each, and no more. */
const bodyLimit = '1mb';

export interface EdgeOptions {
  /** Nobody is limited by default. */
  limits?: RequestLimits;
  /** As Express has it: whose word is taken for a client's address. Nobody's by default. */
  trustProxy?: number | string[] | undefined;
  /** Whose pages may ask from a browser. Nobody's by default. */
  corsOrigins?: readonly string[];
}

export interface EdgeDeps extends EdgeOptions {
  log: Log;
  access: Access;
  health: Health;
  registry?: Registry;
}

/** The edge that the three services share: who asks and how often, parsing, request ids, logs, health, errors as the contract words them. */
export function createApp(deps: EdgeDeps, routers: Router[]): Express {
  const { log, health, access, registry, limits = {}, ...network } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', network.trustProxy ?? false);
  app.use(countRequests(registry)); // first: it counts whatever becomes of a request
  app.use(traceRequests);
  app.use(logRequests(log));
  app.use(securityHeaders());
  if (network.corsOrigins?.length) app.use(allowOrigins(network.corsOrigins));
  app.use(requireFewHeaders);
  app.use(identify(access));
  app.use(limitRefused(limits)); // whom one of those above has refused
  app.get('/health', open, (_req, res) => void res.json(alive));
  app.get('/health/ready', open, async (_req, res) => {
    const readiness = await health.readiness();
    res
      .status(readiness.ready ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json(readiness);
  });
  app.use(limitRequests(limits));
  app.use(requireJson);
  app.use(express.json({ limit: bodyLimit, verify: requireUtf8 }));
  app.use(requireShallowBody);
  app.use(logOrderAskedFor);
  for (const router of routers) {
    router.param('order_id', (_req, _res, next, id) => {
      logOrder(id);
      next();
    });
    app.use(router);
  }
  app.use((req) => {
    throw notFound(`No route ${req.method} ${req.path}`);
  });
  app.use(answerProblem(log));
  return app;
}

const requireJson: RequestHandler = (req, _res, next) => {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  if (hasBody && !req.is('json')) throw new HttpProblem(415, 'The body must be application/json');
  next();
};

/** Otherwise each broken byte would become a replacement character, and be stored as one. */
const requireUtf8 = (_req: unknown, _res: unknown, body: Buffer): void => {
  if (!isUtf8(body)) throw unreadable('The body is no valid UTF-8');
};

const answerProblem =
  (log: Log): ErrorRequestHandler =>
  (err: unknown, req, res, _next) => {
    const problem = toProblem(err, req.method);
    if (problem.status >= 500) log.error({ event: 'request-failed', err }, 'a request failed');
    if (res.headersSent) return void res.destroy(); // Express would print the error, and do the same
    if (problem.extra.retryAfterSeconds !== undefined) res.set('Retry-After', String(problem.extra.retryAfterSeconds));
    if (problem.status === 401) res.set('WWW-Authenticate', 'Bearer');
    const { errors } = problem.extra;
    res
      .status(problem.status)
      .json({ success: false, message: problem.message, detail: problem.message, ...(errors && { errors }) });
  };

function toProblem(err: unknown, method: string): HttpProblem {
  if (err instanceof HttpProblem) return err;
  if (err instanceof TemporalUnavailableError)
    return unavailable(method === 'GET' ? engineAway : `${engineAway} It may still do this.`);
  if (err instanceof WorkflowGoneError) return notFound('Order not found');
  if (isDatabaseUnavailable(err)) return unavailable('The database is away. Try again.');
  if (err instanceof URIError) return notFound('The path cannot be decoded'); // so it names nothing that exists
  if (isClientError(err)) {
    const message = bodyMessages[err.type ?? ''] ?? 'The request cannot be read';
    return err.status === 400 ? unreadable(message) : new HttpProblem(err.status, message);
  }
  return new HttpProblem(500, 'Internal Server Error');
}

/** What body-parser and the router throw for requests that can't be read. */
interface ClientError extends Error {
  status: number;
  type?: string;
}

const isClientError = (err: unknown): err is ClientError =>
  err instanceof Error && 'status' in err && typeof err.status === 'number' && err.status >= 400 && err.status < 500;

const engineAway = 'The order engine does not answer. Try again.';

const bodyMessages: Record<string, string> = {
  'entity.parse.failed': 'The body is no valid JSON',
  'entity.too.large': `The body is larger than ${bodyLimit}`,
  'encoding.unsupported': 'The body has an encoding that is not supported',
  'charset.unsupported': 'The body has a charset that is not supported',
};
