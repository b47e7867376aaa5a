/** What the edge refuses, whatever the operation. */
import { mismatch, problem } from '../../contracts/answers/common';
import type { ErrorCode } from '../../contracts/errors';

const header = (description: string, schema: object) => ({ description, required: true, schema });

export const headers = {
  Location: header('Where the new thing is.', { type: 'string', format: 'uri-reference' }),
  'Retry-After': header('After how many seconds to retry.', { type: 'integer', minimum: 1 }),
  'WWW-Authenticate': header('How to authenticate.', { type: 'string', const: 'Bearer' }),
  RateLimit: header('How many requests are left, and for how many seconds.', {
    type: 'string',
    examples: ['"writes";r=0;t=17'],
  }),
  'RateLimit-Policy': header('The limit: how many requests in how many seconds.', {
    type: 'string',
    examples: ['"writes";q=120;w=60'],
  }),
};

export const headerRefs = (...names: (keyof typeof headers)[]) => ({
  headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
});

/** The schemas by which every document describes refusals. */
export const refusalSchemas = { problem, mismatch };

const json = (schema: string, example?: object) => ({
  content: {
    'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, ...(example && { example }) },
  },
});

const example = (code: ErrorCode, message: string) => ({ success: false, message, detail: message, code });

/** A refusal with one message. */
export const refusal = (description: string, shown?: object) => ({ description, ...json('Problem', shown) });

export const responses = {
  Unauthorized: {
    ...refusal(
      'No token where one is required, or one that is not accepted.',
      example('UNAUTHENTICATED', 'This needs a token: Authorization: Bearer …'),
    ),
    ...headerRefs('WWW-Authenticate'),
  },
  Forbidden: refusal("Another role's, or another caller's.", example('FORBIDDEN', 'The role courier may not do this')),
  NotFound: refusal('Unknown. An id that is no UUID is unknown too.', example('NOT_FOUND', 'Order not found')),
  Timeout: { description: 'The request arrived too slowly. The connection is closed; there is no body.' },
  RuleBroken: refusal(
    'The order may refuse by a rule that is not listed here: `code` names it.',
    example('ILLEGAL_TRANSITION', 'The order is CANCELLED.'),
  ),
  TooLarge: refusal('The body is larger than 1 MB.', example('PAYLOAD_TOO_LARGE', 'The body is larger than 1mb')),
  UnsupportedMediaType: refusal(
    'The body is not `application/json`.',
    example('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json'),
  ),
  Mismatch: {
    description: 'A body, query or header does not match; `errors` names each field that does not.',
    ...json('Mismatch', {
      ...example('UNPROCESSABLE', 'The body does not match: user_id: Invalid GUID'),
      errors: [{ path: 'user_id', message: 'Invalid GUID' }],
    }),
  },
  TooManyRequests: {
    ...refusal(
      'More requests than this caller may send.',
      example('TOO_MANY_REQUESTS', 'More than 120 writes in 60 s. Try again in 17 s.'),
    ),
    ...headerRefs('Retry-After', 'RateLimit', 'RateLimit-Policy'),
  },
  HeadersTooLarge: { description: 'More than 100 headers, or 16 KiB of them.' },
  InternalError: refusal('A fault of the service.', example('INTERNAL', 'Internal Server Error')),
  Unavailable: {
    ...refusal(
      'A dependency is unavailable. A write may still take effect; repeating it is safe.',
      example('UNAVAILABLE', 'The database is unavailable. Try again.'),
    ),
    ...headerRefs('Retry-After'),
  },
};

export type ResponseName = keyof typeof responses;
