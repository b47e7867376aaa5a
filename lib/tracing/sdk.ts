import { context, propagation, trace } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { z } from 'zod';
import type { Log } from '../logging/log';
import { nameStatements, ownSteps } from './statement-spans';
import { tracingVariables } from '../config/tracing';
import { reasonOf } from '../process/startup-retry';
import { withTimeout } from '../process/timeout';

export interface Tracing {
  /** Sends what is left, for a second at most. Never throws. */
  stop(): Promise<void>;
}

let tracing: Tracing | undefined;

/** Whether this process traces: for parts that would cost something if they were only there. */
export const isTracing = (): boolean => tracing !== undefined;

/**
 * Has the process trace what it does, if the environment says where to; before anything is opened that is to be traced. Otherwise nothing is
 * loaded. Variables that do not fit count as none: the configuration's own check names them.
 */
export async function startTracing(name: string, env: NodeJS.ProcessEnv, log: Log): Promise<Tracing | undefined> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { data } = z.object(tracingVariables).safeParse(present);
  if (!data?.OTEL_EXPORTER_OTLP_ENDPOINT || data.OTEL_SDK_DISABLED === 'true') return undefined;
  const { OTLPTraceExporter } = await (data.OTEL_EXPORTER_OTLP_PROTOCOL === 'http/json'
    ? import('@opentelemetry/exporter-trace-otlp-http')
    : import('@opentelemetry/exporter-trace-otlp-proto'));
  tracing = await loadSdk(name, new OTLPTraceExporter(), log);
  return tracing;
}

/** Below the limit of a drain by far: a collector that hangs must not make one fail. */
const farewellMs = 1_000;

/** What is traced goes out in batches, in the background; what does not fit into the queue is dropped. */
async function loadSdk(name: string, exporter: SpanExporter, log: Log): Promise<Tracing> {
  const { BasicTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources');
  const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
  const { W3CTraceContextPropagator } = await import('@opentelemetry/core');
  const { UndiciInstrumentation } = await import('@opentelemetry/instrumentation-undici');
  const { PrismaInstrumentation } = await import('@prisma/instrumentation');
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': name }).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [nameStatements(new BatchSpanProcessor(sayingOnce(exporter, log)))],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  // What nobody has asked for (keys that are fetched, health checks) makes no trace of its own.
  new UndiciInstrumentation({ requireParentforSpans: true });
  new PrismaInstrumentation({ ignoreSpanTypes: ownSteps });
  return {
    async stop() {
      await withTimeout(farewellMs, provider.shutdown()).catch((err: unknown) =>
        log.debug({ event: 'parting-failed', err }, 'the last spans are lost'),
      );
    },
  };
}

/** The code of an export that went well; the enum would have to be loaded. */
const exported = 0;

/** Without spans the system does its work as well: a collector that is away is worth one warning, not one for each batch. */
function sayingOnce(exporter: SpanExporter, log: Log): SpanExporter {
  let away = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = (result.code as number) !== exported;
        if (failed && !away) {
          const reason = reasonOf(result.error);
          log.warn({ event: 'traces-lost', reason }, 'the collector of traces takes none; they are dropped');
        }
        if (!failed && away) log.info({ event: 'traces-taken' }, 'the collector of traces takes them again');
        away = failed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
