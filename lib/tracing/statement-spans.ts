import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** Under which Prisma's spans are made. */
const prisma = 'prisma';
const statementText = 'db.query.text';

/** Steps of Prisma's own: with them an order has twice as many spans, which say nothing that the statements and transactions do not. */
export const ownSteps = ['operation', 'serialize', 'compile', 'commit_transaction', 'connect', 'disconnect'].map(
  (step) => `prisma:client:${step}`,
);

/** Hands spans on: of Prisma's, statements by what they do, and none of what nobody has asked for, such as a health check's. */
export const nameStatements = (next: SpanProcessor): SpanProcessor => ({
  onStart(span, parent) {
    const text = span.instrumentationScope.name === prisma && span.attributes[statementText];
    if (typeof text === 'string') span.updateName(statementName(text));
    next.onStart(span, parent);
  },
  onEnd(span) {
    if (span.instrumentationScope.name !== prisma || span.parentSpanContext) next.onEnd(span);
  },
  forceFlush: () => next.forceFlush(),
  shutdown: () => next.shutdown(),
});

/**
 * What a statement writes first, or reads first: `INSERT userOrder`, `SELECT Restaurant`. Of one without a table the server's function that it
 * calls, or its first word.
 */
export function statementName(text: string): string {
  const clauses = [...text.matchAll(/\b(INSERT|UPDATE|DELETE|FROM)(?:\s+(?:INTO|FROM))?\s+(?:"public"\.)?"(\w+)"/g)];
  const [, verb, table] = clauses.find(([, word]) => word !== 'FROM') ?? clauses[0] ?? [];
  if (!verb || !table) return /\bpg_\w+/.exec(text)?.[0] ?? /\w+/.exec(text)?.[0] ?? '';
  return `${verb === 'FROM' ? 'SELECT' : verb} ${table}`;
}
