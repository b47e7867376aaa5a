import { context, propagation, trace } from '@opentelemetry/api';
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { z } from 'zod';
import { tracing as variables, withoutEmpty } from '../config/process';
import type { Log } from '../logging/log';
import { errorSummary } from '../process/startup-retry';
import { tryToClose } from '../process/timeout';

let stop: (() => Promise<void>) | undefined;

/** Whether this process traces; what only tracing needs can then be left out. */
export const isTracing = (): boolean => stop !== undefined;

/** Exports the remaining spans, within a second. Never throws. */
export const stopTracing = async (): Promise<void> => stop?.();

/** Far below the drain limit: a collector that hangs must not make a drain fail. */
const shutdownTimeoutMs = 1_000;

/**
 * Starts tracing if the environment names a collector; otherwise nothing is loaded. To be called before anything traced is opened. Invalid
 * variables count as absent: the configuration's own check reports them. Spans that do not fit into the queue are dropped.
 */
export async function startTracing(name: string, env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const { data } = z.object(variables).safeParse(withoutEmpty(env));
  if (!data?.OTEL_EXPORTER_OTLP_ENDPOINT || data.OTEL_SDK_DISABLED === 'true') return;
  const { OTLPTraceExporter } = await (data.OTEL_EXPORTER_OTLP_PROTOCOL === 'http/json'
    ? import('@opentelemetry/exporter-trace-otlp-http')
    : import('@opentelemetry/exporter-trace-otlp-proto'));
  const { BasicTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources');
  const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
  const { W3CTraceContextPropagator } = await import('@opentelemetry/core');
  const { UndiciInstrumentation } = await import('@opentelemetry/instrumentation-undici');
  const { PrismaInstrumentation } = await import('@prisma/instrumentation');
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': name }).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [nameStatements(new BatchSpanProcessor(logOutagesOnce(new OTLPTraceExporter(), log)))],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  // Calls without a parent span (fetching keys, health checks) start no trace.
  new UndiciInstrumentation({ requireParentforSpans: true });
  new PrismaInstrumentation({ ignoreSpanTypes: ownSteps });
  stop = () => tryToClose(() => provider.shutdown(), log, shutdownTimeoutMs);
}

/** The code of a successful export; importing the enum would load the SDK. */
const exported = 0;

/** Logs one warning for an unavailable collector, not one for each batch. */
function logOutagesOnce(exporter: SpanExporter, log: Log): SpanExporter {
  let unavailable = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = (result.code as number) !== exported;
        if (failed && !unavailable) {
          const reason = errorSummary(result.error);
          log.warn({ event: 'traces-lost', reason }, 'the trace collector is unavailable; spans are dropped');
        }
        if (!failed && unavailable) log.info({ event: 'traces-resumed' }, 'the trace collector is available again');
        unavailable = failed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

const prisma = 'prisma';
const statementText = 'db.query.text';

/** Prisma's internal steps: they double the spans of an order, and add nothing to those of statements and transactions. */
const ownSteps = ['operation', 'serialize', 'compile', 'commit_transaction', 'connect', 'disconnect'].map(
  (step) => `prisma:client:${step}`,
);

/** Names Prisma's statement spans after what they do, and drops those without a parent, such as a health check's. */
const nameStatements = (next: SpanProcessor): SpanProcessor => ({
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
