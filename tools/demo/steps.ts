import { bodyOf, expectStatus, type Answer, type AnyAnswer } from '../platform/answer';
import { until } from '../platform/until';
import { printSaid, printStep } from './screen';

/** Prints a request as a step and returns its answer. Throws UnexpectedAnswerError for any other status; 200 and 201 by default. */
export async function step<A extends AnyAnswer>(what: string, sent: Promise<A>, ...statuses: number[]): Promise<A> {
  const answer = expectStatus(await sent, ...(statuses.length > 0 ? statuses : [200, 201]));
  show(what, answer, answer.ms);
  if (answer.outcome === 'refused' || answer.outcome === 'failed') printSaid(answer.body.message);
  return answer;
}

/** Sends a request until its answer is the one that is waited for, then prints it as one step. Throws when the time is up. */
export async function stepUntil<Body>(
  what: string,
  send: () => Promise<Answer<Body>>,
  found: (body: Body) => boolean,
  tell: (body: Body) => string = () => '',
): Promise<Body> {
  const startedAt = performance.now();
  const attempt = async (): Promise<Answer<Body>> => {
    const answer = await send();
    if (!found(bodyOf<Body>(answer))) throw new Error(`the last answer was ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const answer = await until(what, attempt);
  show(what, answer, performance.now() - startedAt);
  const body = bodyOf<Body>(answer);
  const said = tell(body);
  if (said) printSaid(said);
  return body;
}

const show = (what: string, { method, path, status }: AnyAnswer, ms: number): void =>
  printStep(what, `${method} ${shortened(path)}`, String(status), ms);

/** Ids shortened to their first digits; the evidence shows whole ones where they are needed. */
const shortened = (path: string): string =>
  path.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '$1…');
