import { trace, SpanStatusCode, type Context, type SpanContext } from '@opentelemetry/api';
import type { InjectedSinks } from '@temporalio/worker';
import { workflowLogFields } from '../../contracts/names';
import { contextOfHeader } from '../../lib/temporal/tracing';
import { tracer } from '../../lib/tracing/tracing';
import type { Ended, TraceSinks } from '../../workflows/tracing';

const titles: Record<Ended['kind'], string> = { run: 'RunWorkflow', update: 'HandleUpdate', signal: 'HandleSignal' };

/**
 * Spans of ended runs, updates and signals. A message from another trace (a decision is a request of its own, hours later) gets a span in
 * both, each linked to the other: one next to the workflow's run, and one below its sender.
 */
export const traceSinks = (): InjectedSinks<TraceSinks> => ({
  traces: {
    ended: {
      fn({ workflowId }, ended) {
        const own = contextOfHeader(ended.own);
        const sender = contextOfHeader(ended.sender);
        const [ours, theirs] = [trace.getSpanContext(own), trace.getSpanContext(sender)];
        const show = (parent: Context, link?: SpanContext): void => {
          const links = link ? [{ context: link }] : [];
          const options = { startTime: ended.startedAt, attributes: workflowLogFields(workflowId), links };
          const span = tracer.startSpan(`${titles[ended.kind]}:${ended.name}`, options, parent);
          if (ended.failure !== undefined)
            span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', ended.failure);
          span.end();
        };
        if (!theirs) return show(own);
        if (theirs.traceId !== ours?.traceId) show(own, theirs);
        show(sender, theirs.traceId === ours?.traceId ? undefined : ours);
      },
    },
  },
});
