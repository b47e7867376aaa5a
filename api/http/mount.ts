import { setTimeout as pause } from 'node:timers/promises';
import { Router, type RequestHandler, type Response } from 'express';
import { only } from './access';
import { defaultBodyLimit, readJson } from './json-body';
import { HttpProblem, isRefusal, refuse } from './refusals';
import { statusAt, type Answered, type Route } from './route';
import { sendStream, type StreamDeps } from './streams';
import { noteRoute } from './telemetry';

/** Express's router of these routes, each under its canonical path and its old name. The first route that fits takes a request. */
export function mount<Deps>(routes: readonly Route<Deps>[], deps: Deps & Partial<StreamDeps>): Router {
  const router = Router();
  for (const route of routes) {
    const byToken = isStream(route) && deps.streamTokens ? [deps.streamTokens.admit] : [];
    const guards = route.roles === 'anybody' ? [] : [...byToken, only(...route.roles), forbidStoring];
    const register = (path: string, byOldName: boolean) => {
      const { body = byOldName ? route.oldName?.body : undefined } = route;
      const reading = route.method === 'GET' ? [] : readJson(body?.limit ?? defaultBodyLimit);
      const handler = handlerOf(route, deps, byOldName);
      router[methods[route.method]](path, noteRoute(route.path), ...guards, ...reading, handler);
    };
    register(route.path, false);
    if (route.oldName) register(route.oldName.path, true);
  }
  return router;
}

/** Mounted behind all routes: their paths with other methods are 405, and say in `Allow` which methods there are. */
export function refuseOtherMethods(routes: readonly Route<never>[]): Router {
  const allowed = new Map<string, string[]>();
  for (const { method, path, oldName } of routes)
    for (const each of [path, ...(oldName ? [oldName.path] : [])])
      allowed.set(each, [...(allowed.get(each) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
  const router = Router();
  for (const [path, names] of allowed)
    router.all(path, (req, res) => {
      res.set('Allow', names.join(', '));
      throw new HttpProblem(refuse('METHOD_NOT_ALLOWED', `${req.method} is not a method of ${req.path}`));
    });
  return router;
}

/** Caches between us and the caller keep no answer that was made for one caller. */
const forbidStoring: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

const methods = { GET: 'get', POST: 'post', PATCH: 'patch' } as const;

/** Longer than a lookup usually takes, so that time does not tell what is another's from what does not exist. */
export const notFoundMs = 50;

const handlerOf =
  <Deps>(route: Route<Deps>, deps: Deps & Partial<StreamDeps>, byOldName: boolean): RequestHandler =>
  async (req, res) => {
    const since = performance.now();
    const outcome = await route.run(deps, req, byOldName).catch(refusalIn);
    if (isRefusal(outcome) && outcome.refused === 'NOT_FOUND' && route.roles !== 'anybody')
      await pause(since + notFoundMs - performance.now());
    if (isRefusal(outcome)) throw new HttpProblem(outcome, statusAt(route, outcome.refused));
    if ('source' in outcome) return sendStream(deps.streams, req, res, outcome.source);
    send(res, outcome, byOldName);
  };

const isStream = ({ answers }: Pick<Route, 'answers'>): boolean => answers[200]?.content === 'text/event-stream';

function refusalIn(error: unknown) {
  if (error instanceof HttpProblem) return error.refusal;
  throw error;
}

/** A creation answers 200 under its old name, without `Location`. */
function send(res: Response, { status, body, headers }: Answered, byOldName: boolean): void {
  const { Location, ...others } = headers;
  const asOld = byOldName && status === 201;
  res.status(asOld ? 200 : status).set(others);
  if (status === 204) return void res.end();
  if (Location !== undefined && !asOld) res.location(Location);
  if (typeof body === 'string') res.type('json').send(body);
  else res.json(body);
}
