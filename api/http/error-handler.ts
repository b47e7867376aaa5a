import type { ErrorRequestHandler } from 'express';
import type { ErrorCode } from '../../contracts/errors';
import type { Log } from '../../lib/logging/log';
import { isDatabaseUnavailable } from '../../lib/postgres/database';
import { TemporalUnavailableError, WorkflowGoneError } from '../../lib/temporal/errors';
import { HttpProblem, notFound, refuse, unavailable, UnknownRefusalError, unreadable, type Problem } from './refusals';

/** Room for 50 restaurants of 200 items each, and no more. */
export const bodyLimit = '1mb';

/** Answers what was thrown in the contract's form, and logs what an operator should see. */
export const answerError =
  (log: Log): ErrorRequestHandler =>
  (error: unknown, req, res, _next) => {
    const { status, code, refusal } = toProblem(error, req.method);
    if (error instanceof UnknownRefusalError)
      log.error(
        { event: 'unknown-refusal-code', code, err: error },
        'an order was refused by a rule that is unknown here',
      );
    else if (status >= 500) log.error({ event: 'request-failed', err: error }, 'a request failed');
    if (res.headersSent) return void res.destroy(); // Express would print the error, then do the same
    const { message, errors, retryAfterSeconds } = refusal;
    if (retryAfterSeconds !== undefined) res.set('Retry-After', String(retryAfterSeconds));
    if (status === 401) res.set('WWW-Authenticate', 'Bearer');
    res.status(status).json({ success: false, message, detail: message, code, ...(errors && { errors }) });
  };

function toProblem(error: unknown, method: string): Problem {
  if (error instanceof HttpProblem || error instanceof UnknownRefusalError) return error;
  if (error instanceof TemporalUnavailableError)
    return unavailable(method === 'GET' ? noTemporal : `${noTemporal} The request may still take effect.`);
  if (error instanceof WorkflowGoneError) return notFound('Order not found');
  if (isDatabaseUnavailable(error)) return unavailable('The database is unavailable. Try again.');
  if (error instanceof URIError) return notFound('The path cannot be decoded'); // so it names nothing that exists
  if (isClientError(error)) return toClientProblem(error);
  return new HttpProblem(refuse('INTERNAL', 'Internal Server Error'));
}

const noTemporal = 'The order engine is unavailable. Try again.';

/** What body-parser and the router throw for requests that cannot be read. */
interface ClientError extends Error {
  status: number;
  type?: string;
}

const isClientError = (error: unknown): error is ClientError =>
  error instanceof Error &&
  'status' in error &&
  typeof error.status === 'number' &&
  error.status >= 400 &&
  error.status < 500;

const clientErrors: Record<string, [ErrorCode, string]> = {
  'entity.too.large': ['PAYLOAD_TOO_LARGE', `The body is larger than ${bodyLimit}`],
  'encoding.unsupported': ['UNSUPPORTED_MEDIA_TYPE', 'The body has an unsupported encoding'],
  'charset.unsupported': ['UNSUPPORTED_MEDIA_TYPE', 'The body has an unsupported charset'],
};

function toClientProblem({ type = '' }: ClientError): HttpProblem {
  const [code, message] = clientErrors[type] ?? [];
  if (code !== undefined && message !== undefined) return new HttpProblem(refuse(code, message));
  return unreadable(type === 'entity.parse.failed' ? 'The body is not valid JSON' : 'The request cannot be read');
}
