import type { Request } from 'express';
import { z } from 'zod';
import type { Caller, Role } from '../../contracts/access';
import { errorStatus, type ErrorCode } from '../../contracts/errors';
import type { StreamSource } from '../../lib/http/event-stream';
import { callerOf, expiryOf } from './access';
import { readIds, readInput, readKey, type IdParam } from './input';
import type { Refusal } from './refusals';
import { logOrder } from './telemetry';

/** The names of a path's parameters: `order_id` in `/orders/:order_id/cancel`. */
export type ParamName<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamName<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

export interface Answer<Body = unknown> {
  description: string;
  schema: z.ZodType<Body>;
  example: Body;
  /** Whether it has a `Location`; a 201 always has one. */
  location?: boolean;
  /** @default JSON. `none`: it has no body. */
  content?: 'text/event-stream' | 'none';
}

export type AnswersByStatus = Readonly<Record<number, Answer>>;
type BodyOf<Given> = Given extends Answer<infer Body> ? Body : never;

export const answer = <Body>(
  description: string,
  schema: z.ZodType<Body>,
  example: NoInfer<Body>,
  more: { location?: boolean } = {},
): Answer<Body> => ({ description, schema, example, ...more });

/** A stream of events, and the answer to a client that has had them all: an EventSource then stops to come back. */
export const eventStream = (description: string, example: string) => ({
  200: { description, schema: z.string(), example, content: 'text/event-stream' as const },
  204: {
    description: 'The stream is over, and there is nothing behind the `Last-Event-ID`.',
    schema: z.undefined(),
    example: undefined,
    content: 'none' as const,
  },
});

export interface RequestBody<Body = unknown> {
  schema: z.ZodType<Body>;
  example: object;
  /** In bytes; a larger one is 413. @default 16 KB. */
  limit?: number;
}

export const body = <Body, Sent>(
  schema: z.ZodType<Body, Sent>,
  example: NoInfer<Sent> & object,
  more: Pick<RequestBody, 'limit'> = {},
): RequestBody<Body> => ({ schema, example, ...more });

/** The meaning of a refusal at a route, with its status where that is not the code's usual one. */
export type Meaning = string | { status: number; meaning: string };

/** The name of the same operation in the old platform, with what differs there. A creation answers 200 there, without `Location`. */
export interface OldName<Query, Body> {
  path: `/${string}`;
  /** Where the ids of the canonical path are, if not in the old path. */
  idsFrom?: 'query' | 'body';
  query?: z.ZodType<Query>;
  body?: RequestBody<Body>;
  description?: string;
}

/** The part of a declaration that needs no type of its own. */
interface Declared {
  method: 'GET' | 'POST' | 'PATCH';
  path: `/${string}`;
  /** The name of the operation in generated clients. */
  id: string;
  summary: string;
  description?: string;
  /** The roles that may call it. Operators may call every route. */
  roles: readonly Role[] | 'anybody';
  /** Whether it takes an `Idempotency-Key`. */
  idempotent?: boolean;
}

interface AnswerHeaders {
  Location?: string;
  'Cache-Control'?: 'no-store';
}

/** A handler's answer, made by its `answer`. */
export interface Answered<Status extends number = number> {
  readonly status: Status;
  /** A string is JSON text already. */
  readonly body: unknown;
  readonly headers: AnswerHeaders;
}

/** A handler's answer that goes on: the events of a source, as they happen. */
export interface Streamed {
  readonly source: StreamSource;
}

/** A request as its handler gets it: read, checked and typed as declared. */
export interface HandlerInput<Path extends string, Query, Body, Answers extends AnswersByStatus> {
  /** In lower case. */
  params: Record<ParamName<Path>, string>;
  query: Query;
  body: Body;
  idempotencyKey: string | undefined;
  /** The authenticated caller. Throws on a route for anybody. */
  readonly caller: Caller;
  /** When the caller's token expires (Unix, in milliseconds); undefined without one. */
  readonly callerExpiresAt: number | undefined;
  /** The last event that the client of a stream has: the header, or `last_event_id` of the query. */
  readonly lastEventId: string | undefined;
  answer: <Status extends keyof Answers & number>(
    status: Status,
    body: BodyOf<Answers[Status]>,
    ...headers: Status extends 201 ? [AnswerHeaders & { Location: string }] : [AnswerHeaders?]
  ) => Answered<Status>;
}

/** Refusals that every route may return without declaring them. */
type SharedCode = 'FORBIDDEN' | 'UNPROCESSABLE';

type Declaration<
  Path extends `/${string}`,
  Query,
  Body,
  Answers extends AnswersByStatus,
  Code extends ErrorCode,
  Deps,
> = Declared &
  PathParams<Path> & {
    path: Path;
    oldName?: OldName<NoInfer<Query>, NoInfer<Body>>;
    query?: z.ZodType<Query>;
    body?: RequestBody<Body>;
    answers: Answers;
    /** By code. Those of the edge (401, 413, 429 …) and 422 and 403 are declared once, for all routes. */
    refusals?: Record<Code, Meaning>;
    handle: (
      deps: Deps,
      input: HandlerInput<Path, Query, Body, Answers>,
    ) => Promise<Answered<NoInfer<keyof Answers & number>> | Streamed | Refusal<NoInfer<Code> | SharedCode>>;
  };

/** A path with parameters describes each. */
type PathParams<Path extends string> = [ParamName<Path>] extends [never]
  ? { params?: Record<string, never> }
  : { params: Record<ParamName<Path>, IdParam> };

export interface Route<Deps = never> extends Declared {
  oldName?: OldName<unknown, unknown>;
  params: Readonly<Record<string, IdParam>>;
  query?: z.ZodType;
  body?: RequestBody;
  answers: AnswersByStatus;
  refusals: Readonly<Partial<Record<ErrorCode, Meaning>>>;
  /** Reads the request and handles it. Throws HttpProblem when the request does not match. */
  run: (deps: Deps, req: Request, byOldName: boolean) => Promise<Answered | Streamed | Refusal>;
}

/** Declares an operation: its router, guard, parsing and documents. A handler that returns anything undeclared does not compile. */
export function route<
  Deps,
  const Path extends `/${string}`,
  Answers extends AnswersByStatus,
  Code extends ErrorCode = never,
  Query = undefined,
  Body = undefined,
>(declaration: Declaration<Path, Query, Body, Answers, Code, Deps>): Route<Deps> {
  const { handle, ...declared } = declaration;
  const { query, body, oldName, idempotent = false } = declared;
  const params: Route['params'] = declared.params ?? {};
  return {
    ...declared,
    params,
    refusals: declared.refusals ?? {},
    async run(deps, req, byOldName) {
      const old = byOldName ? oldName : undefined;
      const { idsFrom = 'params' } = old ?? {};
      const ids = readIds(params, req[idsFrom], idsFrom) as Record<ParamName<Path>, string>;
      const readQuery = readInput(old?.query ?? query, req.query, 'query');
      const readBody = readInput((old?.body ?? body)?.schema, req.body ?? undefined, 'body');
      logOrder(orderIn(ids) ?? orderIn(readBody) ?? orderIn(readQuery));
      return handle(deps, {
        query: readQuery,
        body: readBody,
        params: ids,
        idempotencyKey: idempotent ? readKey(req.get('Idempotency-Key')) : undefined,
        get caller() {
          const caller = callerOf(req);
          if (!caller) throw new Error('a route for anybody has read its caller');
          return caller;
        },
        callerExpiresAt: expiryOf(req),
        get lastEventId() {
          return req.get('Last-Event-ID') ?? lastEventIdIn(readQuery);
        },
        answer: (status, answerBody, headers = {}) => ({ status, body: answerBody, headers }),
      });
    },
  };
}

const lastEventIdIn = (query: unknown): string | undefined =>
  typeof query === 'object' && query !== null && 'last_event_id' in query ? (query.last_event_id as string) : undefined;

/** The order that a request names. */
const orderIn = (input: unknown): unknown =>
  typeof input === 'object' && input !== null && 'order_id' in input ? input.order_id : undefined;

export function statusAt({ refusals }: Pick<Route<never>, 'refusals'>, code: ErrorCode): number {
  const meaning = refusals[code];
  return typeof meaning === 'object' ? meaning.status : errorStatus[code];
}

export interface ServiceRoutes<Deps> {
  title: string;
  description: string;
  /** Each is about one thing, and a tag in the documents. */
  groups: readonly { tag: string; description: string; routes: readonly Route<Deps>[] }[];
}
