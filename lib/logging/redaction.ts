/**
 * What never gets into a log line, in one place (docs/logging.md). Log calls name the fields that they mean, so this is for what slips in:
 * texts of others' errors, and objects that somebody hands on whole.
 */

/** Of errors as deep as this; a chain of causes may have no end. */
const maxCauses = 5;
const maxTextLength = 2_000;

/** Fields of these names are removed. One level is enough: a line has no objects in its fields (the type `Log` sees to it). */
const removed = [
  // credentials
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  // what people have sent or may have written
  'headers',
  'body',
  'content',
  'query',
  'params',
  'payload',
  'payloads',
  'args',
  'memo',
  'description',
  'comment',
  'userName',
  'user_name',
  'agent_name',
];

/** For pino's `redact`. */
export const redact = { paths: removed, remove: true };

/** For pino's `serializers`: everything in a line that is somebody's text. */
export const serializers = { err: plainError, reason: scrubbed, msg: scrubbed };

interface PlainError {
  type: string;
  message: string;
  code?: string | number;
  stack?: string;
  cause?: PlainError;
}

/**
 * Of an error its type, message, code, stack and causes. Nothing else: clients' errors carry requests, rows, addresses with their passwords.
 */
function plainError(err: unknown, depth = 0): PlainError {
  if (!(err instanceof Error)) return { type: typeof err, message: scrub(String(err)) };
  const { code } = err as { code?: unknown };
  return {
    type: err.name,
    message: messageOf(err),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(err.stack !== undefined && { stack: framesOf(err.stack) }),
    ...(err.cause !== undefined && depth < maxCauses && { cause: plainError(err.cause, depth + 1) }),
  };
}

/** What an error says, as far as a log line or a header of a dead letter may say it. */
export function messageOf({ name, message }: Error): string {
  if (name !== databaseError && !name.startsWith('PrismaClient')) return scrub(message);
  // Prisma begins with the call and everything that was handed to it, and ends with what is wrong.
  const [last = ''] = message.trimEnd().split('\n').reverse();
  return values.reduce((left, [pattern, by]) => left.replace(pattern, by), scrub(last));
}

/** As `pg` names those of the server. */
const databaseError = 'error';

/** Without the message, which stands before the frames. */
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

/** Passwords in addresses, tokens, and the beginning of what was to be JSON. */
const rules: Rule[] = [
  [/([a-z][a-z\d+.-]*:\/\/[^\s:/@]*):[^\s/]*@/gi, '$1:…@'],
  [/\b(Bearer) [\w.~+/=-]+/gi, '$1 …'],
  [/, ".*is not valid JSON/gs, ' is not valid JSON'],
];

/** What PostgreSQL quotes of a row or of a statement's values; of quoted words the names of the schema's own things stay. */
const values: Rule[] = [
  [/\bKey \([^)]*\)=\(.*?\)/g, 'Key (…)'],
  [/\b(Failing row contains) \(.*\)/g, '$1 (…)'],
  [/(?<!\b(?:constraint|relation|column|table|type|function|database|index) )"[^"]*"/g, '"…"'],
];
