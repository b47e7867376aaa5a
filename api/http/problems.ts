/** Thrown by a route to answer with an error; the message is for the client. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  constructor(
    readonly status: number,
    message: string,
    readonly extra: { errors?: FieldError[]; retryAfterSeconds?: number } = {},
  ) {
    super(shortened(message));
  }
}

/** A message may quote the request, which can be long. */
const maxMessageLength = 10_000;

export const shortened = (message: string): string =>
  message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength).toWellFormed()}…`;

export interface FieldError {
  path: string;
  message: string;
}

export const notFound = (message: string): HttpProblem => new HttpProblem(404, message);
export const ruleBroken = (message: string): HttpProblem => new HttpProblem(400, message);
export const unprocessable = (message: string, errors: FieldError[]): HttpProblem =>
  new HttpProblem(422, message, { errors });
/** A body of which no field can be told. */
export const unreadable = (message: string): HttpProblem => unprocessable(message, [{ path: '', message }]);
/** Something that the answer needs is away; the client should come back. */
export const unavailable = (message: string, retryAfterSeconds = 2): HttpProblem =>
  new HttpProblem(503, message, { retryAfterSeconds });
