import type { Span } from './spans';

/** A span as a line of a picture. */
export interface Row {
  span: Span;
  /** How far it is below the first of its trace. */
  depth: number;
}

/** A trace: the order's own, or that of a request which is linked with it or is about the same order. */
export interface Section {
  title: string;
  rows: Row[];
}

const run = 'RunWorkflow:orderWorkflow';

/** The trace of the order that was begun last, and after it, by time, those of the requests about it. Throws without an order. */
export function lastOrder(spans: readonly Span[]): Section[] {
  const last = spans
    .filter(({ name }) => name === run)
    .sort(byStart)
    .at(-1);
  if (!last) throw new Error('no order has ended among these spans');
  const isAbout = (span: Span): boolean => span.attributes['order_id'] === last.attributes['order_id'];
  const others = [...new Set(spans.filter(isAbout).map(({ traceId }) => traceId))].filter((id) => id !== last.traceId);
  const sections = others
    .map((traceId) => spans.filter((span) => span.traceId === traceId))
    .map((trace) => {
      const isLinked = trace.some(({ links }) => links.some(({ traceId }) => traceId === last.traceId));
      return sectionOf(trace, isLinked ? 'Linked with the order' : 'Of the same order');
    })
    .sort((a, b) => startOf(a) - startOf(b));
  return [
    sectionOf(
      spans.filter(({ traceId }) => traceId === last.traceId),
      'The order',
    ),
    ...sections,
  ];
}

function sectionOf(trace: readonly Span[], what: string): Section {
  const rows = rowsOf(trace);
  return { title: `${what}: ${rows[0]?.span.name ?? ''}`, rows };
}

/** Each span above those below it, by time. One whose parent is missing is taken for a first one. */
function rowsOf(spans: readonly Span[]): Row[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parentId: string | null, depth: number): Row[] =>
    spans
      .filter((span) => (span.parentId !== null && ids.has(span.parentId) ? span.parentId : null) === parentId)
      .sort(byStart)
      .flatMap((span) => [{ span, depth }, ...below(span.spanId, depth + 1)]);
  return below(null, 0);
}

/** Of those that begin together the longest first. */
const byStart = (a: Span, b: Span): number => a.start - b.start || b.end - a.end;
const startOf = ({ rows }: Section): number => rows[0]?.span.start ?? 0;

/** From the first beginning to the last end. */
export function extentOf(sections: readonly Section[]): { start: number; end: number } {
  const spans = sections.flatMap(({ rows }) => rows.map(({ span }) => span));
  return { start: Math.min(...spans.map(({ start }) => start)), end: Math.max(...spans.map(({ end }) => end)) };
}
