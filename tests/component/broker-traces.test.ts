/** Messages keep their trace over failed attempts and from one queue to the next. */
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { toQueue } from '../../lib/broker/message';
import { currentTraceId, inSpan } from '../../lib/tracing/tracing';
import { recordSpans } from '../fixtures/recorded-spans';
import { until } from '../fixtures/until';
import { aBroker, deadQueue, queue } from './fixtures/broker';

const spans = recordSpans();
let broker: Awaited<ReturnType<typeof aBroker>>;
beforeAll(async () => {
  broker = await aBroker();
});
afterAll(() => broker.close());
afterEach(() => broker.clear());

/** Sends an event from a span; returns its trace. */
const sent = (n: number): Promise<string | undefined> =>
  inSpan('sender', {}, async () => {
    await broker.client.publish(toQueue(queue), { n });
    return currentTraceId();
  });
const processed = (traceId: string | undefined) =>
  spans().filter((span) => span.name === `process ${queue}` && span.spanContext().traceId === traceId);

test('a retried event stays in the trace of its sender, and its failed attempt is marked as an error', async () => {
  let attempts = 0;
  await broker.worker(async () => {
    attempts += 1;
    if (attempts === 1) throw new Error('not yet');
  });
  const traceId = await sent(1);
  await until('two attempts', () => processed(traceId).length === 2);
  expect(processed(traceId).map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.UNSET]);
  const publish = spans().find((span) => span.name === `publish ${queue}` && span.spanContext().traceId === traceId);
  for (const span of processed(traceId)) {
    expect(span.parentSpanContext?.spanId).toBe(publish?.spanContext().spanId);
    expect(span.attributes).toMatchObject({
      'messaging.system': 'rabbitmq',
      'messaging.destination.name': queue,
      'messaging.operation.type': 'process',
    });
  }
});

test('a request is a span until its reply, and the parent of its handling', async () => {
  await broker.worker(async () => trace.getActiveSpan()?.spanContext().traceId);
  const traceId = await inSpan('caller', {}, async () => {
    expect(await broker.client.request(queue, { n: 1 }, { timeoutMs: 5_000 })).toBe(currentTraceId());
    return currentTraceId();
  });
  await until('the handling', () => processed(traceId).length === 1);
  const request = spans().find((span) => span.name === `request ${queue}`);
  expect(processed(traceId)[0]?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
});

test.each([
  ['has no trace', {}],
  ['has a malformed trace', { traceparent: 'rubbish' }],
  ['has a trace of another type', { traceparent: 7 }],
])('an event that %s starts a new trace, which its dead letter continues', async (_what, headers) => {
  let first: string | undefined;
  await broker.worker(async () => {
    first = currentTraceId();
    await broker.client.publish(toQueue(deadQueue), {});
  });
  broker.sendWithHeaders({ n: 1 }, headers);
  const next = await until('the dead letter', () => broker.get(deadQueue));
  expect(next.properties.headers?.['traceparent']).toContain(first);
  expect(first).toMatch(/^[0-9a-f]{32}$/);
});
