import { errorStatus, orderRefusals, unknownRefusalStatus, type ErrorCode } from '../../contracts/errors';

/** An expected "no", as a value: a handler returns it, and its route declares the code. */
export interface Refusal<Code extends ErrorCode = ErrorCode> {
  readonly refused: Code;
  readonly message: string;
  /** What does not match, field by field. An empty path is the whole. */
  readonly errors?: { path: string; message: string }[];
  readonly retryAfterSeconds?: number;
}

export const refuse = <Code extends ErrorCode>(
  code: Code,
  message: string,
  more: Pick<Refusal, 'errors' | 'retryAfterSeconds'> = {},
): Refusal<Code> => ({ refused: code, message: shortened(message), ...more });

export const isRefusal = <T>(value: T): value is Extract<T, Refusal> =>
  typeof value === 'object' && value !== null && 'refused' in value;

export const mismatch = (message: string, errors: Refusal['errors'] = [{ path: '', message }]) =>
  refuse('UNPROCESSABLE', message, { errors });

/** A message may quote the request, which can be long. */
const maxMessageLength = 10_000;

export const shortened = (message: string): string =>
  message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength).toWellFormed()}…`;

/** Thrown where a refusal cannot be returned: at the edge, and where a dependency is unavailable. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly code: ErrorCode;
  /** @param status Where it is not the usual one of the code. */
  constructor(
    readonly refusal: Refusal,
    readonly status: number = errorStatus[refusal.refused],
  ) {
    super(refusal.message);
    this.code = refusal.refused;
  }
}

/** Thrown when an order's workflow refuses with a code that its command does not declare here: the order worker is a newer build. */
export class UnknownRefusalError extends Error {
  override readonly name = 'UnknownRefusalError';
  readonly status: number;
  readonly refusal: Omit<Refusal, 'refused'>;
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(shortened(message));
    this.status = statuses[code] ?? unknownRefusalStatus;
    this.refusal = { message: this.message };
  }
}

const statuses: Readonly<Record<string, number | undefined>> = orderRefusals;

export const unauthenticated = (message: string): HttpProblem => new HttpProblem(refuse('UNAUTHENTICATED', message));
export const notFound = (message: string): HttpProblem => new HttpProblem(refuse('NOT_FOUND', message));
/** A body that cannot be read at all, so that no field can be named. */
export const unreadable = (message: string): HttpProblem => new HttpProblem(mismatch(message));
/** A dependency of the answer is unavailable; the client should retry. */
export const unavailable = (message: string, retryAfterSeconds = 2): HttpProblem =>
  new HttpProblem(refuse('UNAVAILABLE', message, { retryAfterSeconds }));
