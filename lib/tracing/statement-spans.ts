import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';

const prisma = 'prisma';
const statementText = 'db.query.text';

/** Prisma's internal steps: they double the spans of an order, and add nothing to those of statements and transactions. */
export const ownSteps = ['operation', 'serialize', 'compile', 'commit_transaction', 'connect', 'disconnect'].map(
  (step) => `prisma:client:${step}`,
);

/** Names Prisma's statement spans after what they do, and drops those without a parent, such as a health check's. */
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

/** The first write of a statement, else its first read: `SELECT Restaurant`. Without a table: the server function that it calls, or its first word. */
export function statementName(text: string): string {
  const clauses = [...text.matchAll(/\b(INSERT|UPDATE|DELETE|FROM)(?:\s+(?:INTO|FROM))?\s+(?:"public"\.)?"(\w+)"/g)];
  const [, verb, table] = clauses.find(([, word]) => word !== 'FROM') ?? clauses[0] ?? [];
  if (!verb || !table) return /\bpg_\w+/.exec(text)?.[0] ?? /\w+/.exec(text)?.[0] ?? '';
  return `${verb === 'FROM' ? 'SELECT' : verb} ${table}`;
}
