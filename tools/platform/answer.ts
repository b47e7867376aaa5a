/** The outcome of a request to the platform. A refusal is a value, and so is no answer: only `bodyOf`, `acceptedBodyOf` and `expectStatus` throw. */
import type { z } from 'zod';
import type { accepted, mismatch, problem } from '../../contracts/answers/common';

interface Sent {
  method: string;
  /** With the query. */
  path: string;
  url: string;
  ms: number;
  /** Empty without an answer. */
  headers: Headers;
}

type Received<Outcome, Body> = Sent & { outcome: Outcome; status: number; body: Body };

export type Answer<Body, Held = Accepted> =
  /** 2xx, but for 202. */
  | Received<'done', Body>
  /** 202: Temporal holds the request and will carry it out. The same request may be sent again to learn the outcome. */
  | Received<'accepted', Held>
  /** 3xx, 4xx: not carried out. 5xx, `failed`: it may have been. */
  | Received<'refused' | 'failed', Problem>
  /** The connection was refused or lost, it took too long, or the answer was not JSON: the request may have been carried out. */
  | (Sent & { outcome: 'no answer'; status: null; body: null; error: Error });
export type AnyAnswer = Answer<unknown, unknown>;

export type Accepted = z.infer<typeof accepted>;
/** `errors` under 422 only. A client treats an unknown `code` by its status. */
export type Problem = z.infer<typeof problem> & Partial<Pick<z.infer<typeof mismatch>, 'errors'>>;

/** Thrown for an answer that the caller did not expect; the message names the request, its status, code and message. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
  constructor(
    readonly answer: AnyAnswer,
    expected: string,
  ) {
    super(`${describe(answer)}; expected ${expected}`, 'error' in answer ? { cause: answer.error } : undefined);
  }
}

/** The body of a request that was carried out. Throws UnexpectedAnswerError otherwise, a 202 included. */
export function bodyOf<Body>(answer: Answer<Body, unknown>, expected = '200 or 201'): Body {
  if (answer.outcome !== 'done') throw new UnexpectedAnswerError(answer, expected);
  return answer.body;
}

/** The body of a request that was carried out or is held (202). Throws UnexpectedAnswerError otherwise. */
export function acceptedBodyOf<Body, Held>(answer: Answer<Body, Held>): Body | Held {
  return answer.outcome === 'accepted' ? answer.body : bodyOf(answer, '200, 201 or 202');
}

/** Returns the answer. Throws UnexpectedAnswerError when its status is none of these. */
export function expectStatus<A extends AnyAnswer>(answer: A, ...statuses: number[]): A {
  if (answer.status !== null && statuses.includes(answer.status)) return answer;
  throw new UnexpectedAnswerError(answer, statuses.join(' or '));
}

/** The error code of a refusal; undefined for any other answer. */
export const codeOf = (answer: AnyAnswer): string | undefined =>
  answer.outcome === 'refused' || answer.outcome === 'failed' ? answer.body.code : undefined;

function describe(answer: AnyAnswer): string {
  if (answer.outcome === 'no answer') return answer.error.message;
  const answered = `${answer.method} ${answer.path} answered ${answer.status}`;
  if (answer.outcome === 'done' || answer.outcome === 'accepted') return answered;
  const { code, message, errors } = answer.body;
  const places = errors?.map((error) => `${error.path}: ${error.message}`).join(', ');
  return [answered, code, message, places && `(${places})`].filter(Boolean).join(' ');
}
