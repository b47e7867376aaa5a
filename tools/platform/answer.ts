/** What a request to the platform comes to. A refusal is a value, and so is no answer: only `bodyOf` and `expectStatus` throw. */
import type { z } from 'zod';
import type { accepted, mismatch, problem } from '../../contracts/answers/common';

/** The answer's outcome tells its body's type. */
export type Answer<Body, Held = Accepted> = Done<Body> | AcceptedOnly<Held> | Refused | Failed | NoAnswer;
export type AnyAnswer = Answer<unknown, unknown>;

interface Sent {
  method: string;
  /** With the query. */
  path: string;
  /** The whole address. */
  url: string;
  /** From the request to the end of the answer. */
  ms: number;
}

interface Received<Outcome extends string, Body> extends Sent {
  outcome: Outcome;
  status: number;
  headers: Headers;
  body: Body;
}

/** 2xx, but for 202. */
export type Done<Body> = Received<'done', Body>;
/** 202: Temporal holds the request and will carry it out. The same request may be sent again to learn the outcome. */
export type AcceptedOnly<Held> = Received<'accepted', Held>;
/** 3xx, 4xx: not carried out. */
export type Refused = Received<'refused', Problem>;
/** 5xx: the request may have been carried out. */
export type Failed = Received<'failed', Problem>;

/** Refused, cut off, too late, or not JSON: the request may have been carried out. */
export interface NoAnswer extends Sent {
  outcome: 'no answer';
  status: null;
  headers: Headers;
  body: null;
  error: Error;
}

export type Accepted = z.infer<typeof accepted>;
/** `errors` under 422 only. A client takes a `code` that it does not know by the status. */
export type Problem = z.infer<typeof problem> & Partial<Pick<z.infer<typeof mismatch>, 'errors'>>;

/** Thrown for an answer that the caller did not expect; the message names the request, its status, code and message. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
  readonly answer: AnyAnswer;

  constructor(answer: AnyAnswer, expected: string) {
    super(`${describe(answer)}; expected ${expected}`, 'error' in answer ? { cause: answer.error } : undefined);
    this.answer = answer;
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
  const request = `${answer.method} ${answer.path}`;
  switch (answer.outcome) {
    case 'no answer':
      return answer.error.message;
    case 'refused':
    case 'failed': {
      const { code, message, errors } = answer.body;
      const places = errors?.map((error) => `${error.path}: ${error.message}`).join(', ');
      const said = [code, message, places && `(${places})`].filter(Boolean).join(' ');
      return `${request} answered ${answer.status} ${said}`;
    }
    case 'done':
    case 'accepted':
      return `${request} answered ${answer.status}`;
  }
}
