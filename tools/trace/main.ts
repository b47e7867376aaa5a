import { randomUUID } from 'node:crypto';
import { createFreshCommand, createMain, exitCodes, printLines, table } from '../cli/cli';
import { bodyOf } from '../platform/answer';
import { createPlatform, untilDone } from '../platform/platform';
import { addAgents, addConfirmedOrder, addKitchen } from '../platform/world';
import { ampleRateLimits, onFreshSystem } from '../stack/launcher';
import { startCollector, type Span } from './collector';

/** `npm run trace` (docs/tracing.md). */
export const main = createMain((run) =>
  createFreshCommand('trace', 'deliver orders on a fresh system, and print the spans of the last one').action(
    (flags: { name: string; yes: boolean }) => run(runTrace(flags)),
  ),
);

async function runTrace({ name, yes }: { name: string; yes: boolean }): Promise<number> {
  const collector = await startCollector();
  const env = { ...ampleRateLimits, ...collector.environment };
  let orderId = '';
  const code = await onFreshSystem({ name, yes, env }, async () => {
    orderId = await deliverOrders();
    return exitCodes.fine;
  });
  await collector.close(); // the processes exported their last spans as they stopped
  if (code === exitCodes.fine) printLines(traceLines(collector.spans(), orderId));
  return code;
}

/** Until connections are open and code is compiled, an order takes ten times as long. */
const warmUpOrders = 30;

async function deliverOrders(): Promise<string> {
  const platform = createPlatform({ repeat: untilDone });
  const kitchen = await addKitchen(platform);
  await addAgents(platform, 1);
  let orderId = '';
  for (let i = 0; i <= warmUpOrders; i += 1) {
    orderId = await addConfirmedOrder(platform, kitchen, randomUUID());
    for (const status of ['PICKED_UP', 'DELIVERED'] as const) bodyOf(await platform.moveDelivery(orderId, status));
  }
  return orderId;
}

/** The traces with spans of the order, as trees: its own first, then those of the requests about it. */
function traceLines(spans: readonly Span[], orderId: string): string[] {
  const traceIds = new Set(spans.filter((span) => span.attributes.order_id === orderId).map((span) => span.traceId));
  const traces = [...traceIds].map((id) => spans.filter(({ traceId }) => traceId === id).toSorted(byStart));
  const start = Math.min(...traces.flat().map((span) => span.start));
  const tree = (trace: readonly Span[], parentId: string | null, depth: number): string[][] =>
    trace
      .filter((span) => span.parentId === parentId)
      .flatMap((span) => [
        ['  '.repeat(depth) + span.name, span.service, ms(span.start - start), ms(span.end - span.start)],
        ...tree(trace, span.spanId, depth + 1),
      ]);
  return table([
    ['SPAN', 'PROCESS', 'START MS', 'TOOK MS'],
    ...traces.toSorted(([a], [b]) => (a && b ? byStart(a, b) : 0)).flatMap((trace) => [[], ...tree(trace, null, 0)]),
  ]);
}

/** Of spans that start together, the longest first. */
const byStart = (a: Span, b: Span): number => a.start - b.start || b.end - a.end;

const ms = (time: number): string => time.toFixed(1).padStart(8);
