import { styleText } from 'node:util';
import { escaped } from '../../contracts/texts';
import { table } from '../cli/cli';
import { bodyOf, expectStatus, type Answer, type AnyAnswer } from '../platform/answer';
import { until } from '../platform/until';

/** Prints a line as it is, since it may have styles. Its texts are our own, or `shown`. */
export const print = (line = ''): void => void process.stdout.write(`${line}\n`);

/** A text of people or of other programs. */
export const shown = (text: string): string => escaped(text, 'line');

export const dim = (text: string): string => styleText('dim', shown(text));

export const heading = (title: string, explanation = ''): void =>
  print(`\n${styleText('bold', title)}${explanation && dim(`  ${explanation}`)}`);

/** One action of the demo and its outcome: an HTTP status or a word. */
function printStep(what: string, request: string, outcome: string, ms: number): void {
  const style = /^[45]/.test(outcome) ? 'yellow' : 'green';
  const ended = `${styleText(style, outcome.padEnd(7))} ${dim(`${ms.toFixed(0)} ms`.padStart(8))}`;
  print(`  ${what.padEnd(30)} ${styleText('cyan', request.padEnd(34))} ${ended}`);
}

/** What somebody who listens hears, as it comes: among the steps. */
export const printHeard = (line: string): void => print(`    ${styleText('magenta', '•')} ${dim(line)}`);

export const printDetail = (text: string): void => print(`    ${dim(`-> ${text}`)}`);

export type Row = Record<string, string | number | boolean | Date | null>;

/** Below the names of the first row's columns. */
export function printTable(rows: Row[]): void {
  const cells = rows.map((row) => Object.values(row).map(cellText));
  const [head = '', ...lines] = table([Object.keys(rows[0] ?? {}), ...cells]);
  for (const line of [dim(head), ...lines]) print(`    ${line}`);
}

/** `18:04:05.123`, UTC. */
export const timeOfDay = (at: Date): string => at.toISOString().slice(11, 23);

/** An id's first digits are enough to tell the rows apart. */
export const shortened = (text: string): string => text.replace(/([0-9a-f]{8})-[0-9a-f-]{27}/g, '$1');

const cellText = (cell: Row[string]) => (cell instanceof Date ? timeOfDay(cell) : shortened(String(cell ?? '-')));

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
