import { Router, type Request, type RequestHandler, type Response } from 'express';
import { callerOf, only } from './access';
import { HttpProblem, isRefusal } from './refusals';
import { logOrder } from './request-log';
import { statusAt, type Answered, type ReceivedRequest, type Route } from './route';
import { requestedPattern } from './route-label';

/** Express's router of these routes, each under its canonical path and its old name. The first route that fits takes a request. */
export function mount<Deps>(routes: readonly Route<Deps>[], deps: Deps): Router {
  const router = Router();
  for (const route of routes) {
    const paths = [route.path, ...(route.oldName ? [route.oldName.path] : [])];
    const guards = route.roles === 'anybody' ? [] : [only(...route.roles)];
    router[methods[route.method]](paths, logOrderInPath, ...guards, handlerOf(route, deps));
  }
  return router;
}

const methods = { GET: 'get', POST: 'post', PATCH: 'patch' } as const;

const logOrderInPath: RequestHandler = (req, _res, next) => {
  logOrder(req.params.order_id);
  next();
};

const handlerOf =
  <Deps>(route: Route<Deps>, deps: Deps): RequestHandler =>
  async (req, res) => {
    const request = receivedBy(route, req);
    const outcome = await route.run(deps, request).catch(refusalIn);
    if (isRefusal(outcome)) throw new HttpProblem(outcome, statusAt(route, outcome.refused));
    send(res, outcome, request.byOldName);
  };

const receivedBy = ({ oldName }: Route<never>, req: Request): ReceivedRequest => ({
  byOldName: oldName !== undefined && requestedPattern(req) === oldName.path,
  params: req.params,
  query: req.query,
  body: req.body as unknown,
  header: (name) => req.get(name),
  caller: () => callerOf(req),
});

function refusalIn(error: unknown) {
  if (error instanceof HttpProblem) return error.refusal;
  throw error;
}

function send(res: Response, { status, body, headers }: Answered, byOldName: boolean): void {
  const { Location, ...others } = headers;
  const asOld = byOldName && status === 201;
  res.status(asOld ? 200 : status).set(others);
  if (Location !== undefined && !asOld) res.location(Location);
  if (typeof body === 'string') res.type('json').send(body);
  else res.json(body);
}
