import { bodyOf, expectStatus, type Answer, type AnyAnswer } from '../platform/answer';
import { until } from '../platform/until';
import { printDetail, printStep, shortened } from './screen';

/** Prints a request as a step and returns its answer. Throws UnexpectedAnswerError for any other status; 200 and 201 by default. */
export async function step<A extends AnyAnswer>(what: string, sent: Promise<A>, status?: number): Promise<A> {
  const answer = expectStatus(await sent, ...(status === undefined ? [200, 201] : [status]));
  printAnswer(what, answer, answer.ms);
  if (answer.outcome === 'refused' || answer.outcome === 'failed') printDetail(answer.body.message);
  return answer;
}

/** Sends a request until its answer is the expected one, then prints it as one step and returns its body. Throws on timeout. */
export async function stepUntil<Body>(
  what: string,
  send: () => Promise<Answer<Body>>,
  isExpected: (body: Body) => boolean,
  detail?: (body: Body) => string,
): Promise<Body> {
  const startedAt = performance.now();
  const answer = await until(what, async () => {
    const latest = await send();
    if (isExpected(bodyOf<Body>(latest))) return latest;
    throw new Error(`the last answer was ${JSON.stringify(latest.body)}`);
  });
  printAnswer(what, answer, performance.now() - startedAt);
  const body = bodyOf<Body>(answer);
  if (detail) printDetail(detail(body));
  return body;
}

/** Prints work other than a request as a step, and returns its result. */
export async function stepOf<T>(what: string, command: string, outcome: string, work: Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work;
  printStep(what, command, outcome, performance.now() - startedAt);
  return result;
}

const printAnswer = (what: string, { method, path, status }: AnyAnswer, ms: number): void =>
  printStep(what, `${method} ${shortened(path)}`, String(status), ms);
