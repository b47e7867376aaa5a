import { z } from 'zod';
import type { Caller } from '../../contracts/access';
import { authorization } from '../stack/access';
import { printSaid, printStep } from './screen';

export interface Asked<T extends z.ZodType> {
  /** What this step means to a person. */
  what: string;
  /** Who asks; left out: anybody. */
  by?: Caller;
  method: 'GET' | 'POST' | 'PATCH';
  base: string;
  path: string;
  body?: object;
  /** The status that it has to be answered with; if undefined, 200 or 201. */
  status?: number;
  /** What the demo needs of the answer. */
  answer: T;
  /** What of the answer is printed below the step. Left out: its message, where there is more to say than "done". */
  tell?: (answer: z.infer<T>) => string;
}

/** Sends a request, prints it as a step, and returns the answer. Throws when it is not answered as expected. */
export async function ask<T extends z.ZodType>(asked: Asked<T>): Promise<z.infer<T>> {
  const { status, body, milliseconds } = await send(asked);
  const answer = checked(asked, status, body);
  show(asked, answer, status, milliseconds);
  return answer;
}

/** Sends a GET until `found` is satisfied with the answer, then prints it as one step. Throws when the time is up. */
export async function askUntil<T extends z.ZodType>(
  asked: Omit<Asked<T>, 'method'>,
  found: (answer: z.infer<T>) => boolean,
): Promise<z.infer<T>> {
  const request = { ...asked, method: 'GET' } as const;
  const startedAt = performance.now();
  let last = '';
  return until(
    asked.what,
    async () => {
      const { status, body } = await send(request);
      last = `; the last answer was ${status}: ${body}`;
      if (status === 404) return undefined;
      const answer = checked(request, status, body);
      if (!found(answer)) return undefined;
      show(request, answer, status, performance.now() - startedAt);
      return answer;
    },
    () => last,
  );
}

const untilLimitMs = 20_000;
const pollMs = 50;

/** Tries until there is a result. Throws, naming what did not come, when the time is up. */
export async function until<T>(
  what: string,
  attempt: () => Promise<T | undefined>,
  explain: () => string = () => '',
): Promise<T> {
  const deadline = Date.now() + untilLimitMs;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${untilLimitMs / 1000} s${explain()}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function send({
  by,
  method,
  base,
  path,
  body,
}: Pick<Asked<z.ZodType>, 'by' | 'method' | 'base' | 'path' | 'body'>) {
  const startedAt = performance.now();
  const response = await fetch(base + path, {
    method,
    signal: AbortSignal.timeout(untilLimitMs),
    headers: { ...(by && (await authorization(by))), ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new Error(`${method} ${base}${path} got no answer`, { cause });
  });
  const text = await response.text();
  return { status: response.status, body: text, milliseconds: performance.now() - startedAt };
}

function checked<T extends z.ZodType>(asked: Asked<T>, status: number, body: string): z.infer<T> {
  const problem = `${asked.what}: ${asked.method} ${asked.path} answered ${status}: ${body}`;
  const expected = asked.status === undefined ? [200, 201] : [asked.status];
  if (!expected.includes(status)) throw new Error(`${problem}\nExpected was ${expected.join(' or ')}.`);
  const parsed = asked.answer.safeParse(JSON.parse(body));
  if (!parsed.success) throw new Error(`${problem}\nThat is not what the contract says:\n${parsed.error.message}`);
  return parsed.data;
}

const withMessage = z.object({ message: z.string() });

function show<T extends z.ZodType>(asked: Asked<T>, answer: z.infer<T>, status: number, milliseconds: number): void {
  printStep(asked.what, `${asked.method} ${shortened(asked.path)}`, String(status), milliseconds);
  const message = status > 201 ? withMessage.safeParse(answer).data?.message : undefined;
  const said = asked.tell?.(answer) ?? message;
  if (said !== undefined) printSaid(said);
}

/** Ids to their first digits: the screen shows whole ones where they are needed. */
const shortened = (path: string): string =>
  path.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '$1…');
