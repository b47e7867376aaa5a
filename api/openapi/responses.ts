/** What the edge refuses, whatever the operation. */
import { mismatch, problem } from '../../contracts/answers/common';
import type { ErrorCode } from '../../contracts/errors';

const header = (description: string, schema: object) => ({ description, required: true, schema });
const text = (example: string) => ({ type: 'string', examples: [example] });

export const headers = {
  Location: header('Where the new thing is.', { type: 'string', format: 'uri-reference' }),
  Allow: header('The methods of the path.', text('GET, HEAD, POST')),
  'Retry-After': header('After how many seconds to retry.', { type: 'integer', minimum: 1 }),
  'WWW-Authenticate': header('How to authenticate.', { type: 'string', const: 'Bearer' }),
  RateLimit: header('How many requests are left, and for how many seconds.', text('"writes";r=0;t=17')),
  'RateLimit-Policy': header('The limit: how many requests in how many seconds.', text('"writes";q=120;w=60')),
};

type HeaderName = keyof typeof headers;

export const headerRefs = (...names: HeaderName[]) => ({
  headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
});

/** The schemas by which every document describes refusals. */
export const refusalSchemas = { problem, mismatch };

const json = (schema: 'Problem' | 'Mismatch', example?: object) => ({
  content: {
    'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, ...(example && { example }) },
  },
});

/** A refusal's content, where no example is shown. */
export const problemContent = json('Problem');

const example = (code: ErrorCode, message: string) => ({ success: false, message, detail: message, code });

const refusal = (description: string, code: ErrorCode, message: string, ...names: HeaderName[]) => ({
  description,
  ...json('Problem', example(code, message)),
  ...(names.length > 0 && headerRefs(...names)),
});

export const responses = {
  Unauthorized: refusal(
    'No token where one is required, or one that is not accepted.',
    'UNAUTHENTICATED',
    'This needs a token: Authorization: Bearer …',
    'WWW-Authenticate',
  ),
  Forbidden: refusal("Another role's, or another caller's.", 'FORBIDDEN', 'The role courier may not do this'),
  NotFound: refusal('Unknown. An id that is no UUID is unknown too.', 'NOT_FOUND', 'Order not found'),
  MethodNotAllowed: refusal(
    'The path has other methods.',
    'METHOD_NOT_ALLOWED',
    'DELETE is not a method of /orders',
    'Allow',
  ),
  Timeout: { description: 'The request arrived too slowly. The connection is closed; there is no body.' },
  RuleBroken: refusal(
    'The order may refuse by a rule that is not listed here: `code` names it.',
    'ILLEGAL_TRANSITION',
    'The order is CANCELLED.',
  ),
  TooLarge: refusal('The body is larger than the route takes.', 'PAYLOAD_TOO_LARGE', 'The body is larger than 16 KB'),
  UnsupportedMediaType: refusal(
    'The body is not `application/json`.',
    'UNSUPPORTED_MEDIA_TYPE',
    'The body must be application/json',
  ),
  Mismatch: {
    description: 'A body, query or header does not match; `errors` names each field that does not.',
    ...json('Mismatch', {
      ...example('UNPROCESSABLE', 'The body does not match: user_id: Invalid GUID'),
      errors: [{ path: 'user_id', message: 'Invalid GUID' }],
    }),
  },
  TooManyRequests: refusal(
    'More requests than this caller may send.',
    'TOO_MANY_REQUESTS',
    'More than 120 writes in 60 s. Try again in 17 s.',
    'Retry-After',
    'RateLimit',
    'RateLimit-Policy',
  ),
  HeadersTooLarge: { description: 'More than 100 headers, or 16 KiB of them.' },
  InternalError: refusal('A fault of the service.', 'INTERNAL', 'Internal Server Error'),
  Unavailable: refusal(
    'A dependency is unavailable. A write may still take effect; repeating it is safe.',
    'UNAVAILABLE',
    'The database is unavailable. Try again.',
    'Retry-After',
  ),
};
