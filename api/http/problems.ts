/** Thrown by a route to answer with an error; the message is for the client. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  constructor(
    readonly status: number,
    message: string,
    readonly extra: { errors?: FieldError[]; retryAfterSeconds?: number } = {},
  ) {
    super(message);
  }
}

export interface FieldError {
  path: string;
  message: string;
}

export const notFound = (message: string): HttpProblem => new HttpProblem(404, message);
export const ruleBroken = (message: string): HttpProblem => new HttpProblem(400, message);
export const unprocessable = (message: string, errors: FieldError[]): HttpProblem =>
  new HttpProblem(422, message, { errors });
/** Something that the answer needs is away; the client should come back. */
export const unavailable = (message: string, retryAfterSeconds = 2): HttpProblem =>
  new HttpProblem(503, message, { retryAfterSeconds });
