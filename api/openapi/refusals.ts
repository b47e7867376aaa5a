/** What the edge refuses, whatever the operation. */
import { mismatch, problem } from '../../contracts/answers/common';
import type { Operation } from './operation';

const header = (description: string, schema: object) => ({ description, required: true, schema });

export const headers = {
  Location: header('Where the new thing is.', { type: 'string', format: 'uri-reference' }),
  'Retry-After': header('After how many seconds to try again.', { type: 'integer', minimum: 1 }),
  'WWW-Authenticate': header('How to say who asks.', { type: 'string', const: 'Bearer' }),
  RateLimit: header('What is left of the limit, and for how many seconds.', {
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

/** A refusal with one message. */
export const refusal = (description: string, message?: string) => ({
  description,
  ...json('Problem', message === undefined ? undefined : { success: false, message, detail: message }),
});

const misfit = 'The body does not match: user_id: Invalid GUID';

export const responses = {
  Unauthorized: {
    ...refusal(
      'No token where one is needed, or one that is not accepted.',
      'This needs a token: Authorization: Bearer …',
    ),
    ...headerRefs('WWW-Authenticate'),
  },
  Forbidden: refusal("Not for this role, or another's.", 'This is not for the role courier'),
  NotFound: refusal('Unknown. An id that is no UUID is unknown too.', 'Order not found'),
  Timeout: { description: 'The request came too slowly. The connection is closed; there is no body.' },
  TooLarge: refusal('The body is larger than 1 MB.', 'The body is larger than 1mb'),
  UnsupportedMediaType: refusal('The body is no `application/json`.', 'The body must be application/json'),
  Mismatch: {
    description: 'A body, query or header does not match; each place that does not is named.',
    ...json('Mismatch', {
      success: false,
      message: misfit,
      detail: misfit,
      errors: [{ path: 'user_id', message: 'Invalid GUID' }],
    }),
  },
  TooManyRequests: {
    ...refusal('More than this caller may ask.', 'These are more than 120 writes in 60 s. Try again in 17 s.'),
    ...headerRefs('Retry-After', 'RateLimit', 'RateLimit-Policy'),
  },
  HeadersTooLarge: { description: 'More than 100 headers, or 16 KiB of them.' },
  InternalError: refusal('A fault of the service.', 'Internal Server Error'),
  Unavailable: {
    ...refusal(
      'Something that the answer needs is away; nothing says that it was done.',
      'The database is away. Try again.',
    ),
    ...headerRefs('Retry-After'),
  },
};

type ResponseName = keyof typeof responses;

const always: Record<number, ResponseName> = {
  401: 'Unauthorized',
  408: 'Timeout',
  429: 'TooManyRequests',
  431: 'HeadersTooLarge',
  500: 'InternalError',
  503: 'Unavailable',
};

/** The refusals that an operation shares with others, by status. */
export function sharedRefusals({
  route,
  access,
  query,
  headers: sent,
}: Operation): Partial<Record<number, ResponseName>> {
  const reads = route.startsWith('GET');
  return {
    ...always,
    ...(access !== 'anybody' && { 403: 'Forbidden' }),
    ...(route.includes('/:') && { 404: 'NotFound' }),
    ...(!reads && { 413: 'TooLarge', 415: 'UnsupportedMediaType' }),
    ...((!reads || query || sent) && { 422: 'Mismatch' }),
  };
}
