import type { ErrorRequestHandler } from 'express';
import { UnusableKeyError } from '../../lib/http/tokens';
import type { Log } from '../../lib/logging/log';
import { isDatabaseUnavailable } from '../../lib/postgres/database';
import { TemporalUnavailableError, WorkflowGoneError } from '../../lib/temporal/errors';
import { HttpProblem, notFound, refuse, unavailable, UnknownRefusalError, unreadable } from './refusals';

/** Answers what was thrown in the contract's form, and logs what an operator should see. */
export const answerError =
  (log: Log): ErrorRequestHandler =>
  (error: unknown, req, res, _next) => {
    const { status, code, refusal } = toProblem(error, req.method);
    if (error instanceof UnknownRefusalError)
      log.error({ event: 'unknown-refusal-code', code, err: error }, 'an order refused by a rule that is unknown here');
    else if (status >= 500) log.error({ event: 'request-failed', err: error }, 'a request failed');
    else if (error instanceof HttpProblem && error.cause instanceof UnusableKeyError)
      log.warn({ event: 'token-key-unusable', err: error.cause }, 'a published key cannot be used');
    if (res.headersSent) return void res.destroy(); // Express would print the error, then do the same
    const { message, errors, retryAfterSeconds } = refusal;
    if (retryAfterSeconds !== undefined) res.set('Retry-After', String(retryAfterSeconds));
    if (status === 401) res.set('WWW-Authenticate', 'Bearer');
    res.status(status).json({ success: false, message, detail: message, code, ...(errors && { errors }) });
  };

function toProblem(error: unknown, method: string): HttpProblem | UnknownRefusalError {
  if (error instanceof HttpProblem || error instanceof UnknownRefusalError) return error;
  if (error instanceof TemporalUnavailableError)
    return unavailable(method === 'GET' ? noTemporal : `${noTemporal} The request may still take effect.`);
  if (error instanceof WorkflowGoneError) return notFound('Order not found');
  if (isDatabaseUnavailable(error)) return unavailable('The database is unavailable. Try again.');
  if (error instanceof URIError) return notFound('The path cannot be decoded'); // so it names nothing that exists
  // The request cannot be read.
  const { status = 500, type = '', limit } = error instanceof Error ? (error as ReadError) : {};
  if (type === 'entity.too.large' && limit) return new HttpProblem(refuse('PAYLOAD_TOO_LARGE', tooLarge(limit)));
  if (status >= 400 && status < 500) return clientProblems[type] ?? unreadable('The request cannot be read');
  return new HttpProblem(refuse('INTERNAL', 'Internal Server Error'));
}

/** Of body-parser or the router. */
interface ReadError extends Error {
  status?: number;
  type?: string;
  /** Bytes. */
  limit?: number;
}

const tooLarge = (limit: number) => `The body is larger than ${limit / 1_024} KB`;

const noTemporal = 'The order engine is unavailable. Try again.';

const unsupported = (message: string) => new HttpProblem(refuse('UNSUPPORTED_MEDIA_TYPE', message));

const clientProblems: Partial<Record<string, HttpProblem>> = {
  'entity.parse.failed': unreadable('The body is not valid JSON'),
  'encoding.unsupported': unsupported('The body has an unsupported encoding'),
  'charset.unsupported': unsupported('The body has an unsupported charset'),
};
