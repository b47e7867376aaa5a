/** Keeps sensitive data out of log lines (docs/logging.md): messages of foreign errors, and objects that are logged as they are. */

/** A chain of causes may be endless. */
const maxCauses = 5;
const maxTextLength = 2_000;

const credentials = ['authorization', 'cookie', 'password', 'secret', 'token'];
const content = ['headers', 'body', 'content', 'query', 'params', 'payload', 'payloads', 'args', 'memo'];
const userData = ['description', 'comment', 'userName', 'user_name', 'agent_name'];

/** For pino's `redact`. One level of names is enough: the type `Log` allows no objects in a line. */
export const redact = { paths: [...credentials, ...content, ...userData], remove: true };

/** For pino's `serializers`: every field with a foreign text. */
export const serializers = { err: plainError, reason: scrubbed, msg: scrubbed };

interface PlainError {
  type: string;
  message: string;
  code?: string | number;
  stack?: string;
  cause?: PlainError;
}

/** An error's type, message, code, stack and causes. Nothing else: errors of clients contain requests, rows, URLs with passwords. */
function plainError(error: unknown, depth = 0): PlainError {
  if (!(error instanceof Error)) return { type: typeof error, message: scrub(String(error)) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: messageOf(error),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(error.stack !== undefined && { stack: framesOf(error.stack) }),
    ...(error.cause !== undefined && depth < maxCauses && { cause: plainError(error.cause, depth + 1) }),
  };
}

/** An error's message, redacted for a log line or a header of a dead letter. */
export function messageOf({ name, message }: Error): string {
  if (name !== databaseError && !name.startsWith('PrismaClient')) return scrub(message);
  // Prisma's messages begin with the call and its arguments, and end with the cause.
  const [last = ''] = message.trimEnd().split('\n').reverse();
  return values.reduce((left, [pattern, by]) => left.replace(pattern, by), scrub(last));
}

/** The name of `pg`'s errors from the server. */
const databaseError = 'error';

/** A stack without the message at its beginning. */
const framesOf = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');

function scrubbed(text: unknown): unknown {
  return typeof text === 'string' ? scrub(text) : text;
}

const scrub = (text: string): string =>
  rules.reduce((left, [pattern, by]) => left.replace(pattern, by), text.slice(0, maxTextLength));

type Rule = [pattern: RegExp, by: string];

/** Passwords in URLs, tokens, and the text that a JSON parser quotes. */
const rules: Rule[] = [
  [/([a-z][a-z\d+.-]*:\/\/[^\s:/@]*):[^\s/]*@/gi, '$1:…@'],
  [/\b(Bearer) [\w.~+/=-]+/gi, '$1 …'],
  [/, ".*is not valid JSON/gs, ' is not valid JSON'],
];

/** What PostgreSQL quotes of rows and of a statement's values. Quoted names of the schema stay. */
const values: Rule[] = [
  [/\bKey \([^)]*\)=\(.*?\)/g, 'Key (…)'],
  [/\b(Failing row contains) \(.*\)/g, '$1 (…)'],
  [/(?<!\b(?:constraint|relation|column|table|type|function|database|index) )"[^"]*"/g, '"…"'],
];
