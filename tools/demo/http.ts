import { type z } from 'zod';
import { printStep } from './screen';

export interface Asked<T extends z.ZodType> {
  /** What this step means to a person. */
  what: string;
  method: 'GET' | 'POST' | 'PATCH';
  base: string;
  path: string;
  body?: object;
  /** What the demo needs of the answer. */
  answer: T;
}

/** Sends a request, prints it as a step, and returns the answer. Throws when it is not a success. */
export async function ask<T extends z.ZodType>(asked: Asked<T>): Promise<z.infer<T>> {
  const { status, body, milliseconds } = await send(asked);
  printStep(asked.what, `${asked.method} ${shortened(asked.path)}`, String(status), milliseconds);
  return checked(asked, status, body);
}

/** Sends a GET until `found` is satisfied with the answer, then prints it as one step. Throws when the time is up. */
export async function askUntil<T extends z.ZodType>(
  asked: Omit<Asked<T>, 'method'>,
  found: (answer: z.infer<T>) => boolean,
): Promise<z.infer<T>> {
  const request = { ...asked, method: 'GET' } as const;
  const startedAt = performance.now();
  return until(asked.what, async () => {
    const { status, body } = await send(request);
    if (status === 404) return undefined;
    const answer = checked(request, status, body);
    if (!found(answer)) return undefined;
    printStep(asked.what, `GET ${shortened(asked.path)}`, String(status), performance.now() - startedAt);
    return answer;
  });
}

const untilLimitMs = 20_000;
const pollMs = 50;

/** Tries until there is a result. Throws, naming what did not come, when the time is up. */
export async function until<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + untilLimitMs;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${untilLimitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function send({ method, base, path, body }: Omit<Asked<z.ZodType>, 'what' | 'answer'>) {
  const startedAt = performance.now();
  const response = await fetch(base + path, {
    method,
    signal: AbortSignal.timeout(untilLimitMs),
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new Error(`${method} ${base}${path} got no answer`, { cause });
  });
  const text = await response.text();
  return { status: response.status, body: text, milliseconds: performance.now() - startedAt };
}

function checked<T extends z.ZodType>({ method, path, answer }: Asked<T>, status: number, body: string): z.infer<T> {
  const problem = `${method} ${path} answered ${status}: ${body}`;
  if (status !== 200 && status !== 201) throw new Error(problem);
  const parsed = answer.safeParse(JSON.parse(body));
  if (!parsed.success) throw new Error(`${problem}\nThat is not what the contract says:\n${parsed.error.message}`);
  return parsed.data;
}

/** Ids to their first digits: the screen shows whole ones where they are needed. */
const shortened = (path: string): string =>
  path.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '$1…');
