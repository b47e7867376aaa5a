import type { ServerResponse } from 'node:http';
import { Gauge, type Registry } from 'prom-client';
import type { Log } from '../logging/log';

/** One event of a source. */
export interface StreamItem {
  /** Its place in the source, which grows. */
  position: bigint;
  type: string;
  /** Sent as JSON. */
  event: object;
}

/** Where a stream's events come from. */
export interface StreamSource {
  /** What `notify` is called with when there may be more events. */
  topic: string;
  /** The stream begins behind it. */
  after: bigint;
  /** The events behind a position, in order, at most `limit`. */
  read: (after: bigint, limit: number) => Promise<StreamItem[]>;
  /** Whether the stream is over after this event, and those that are there already. @default Never. */
  isLast?: (item: StreamItem) => boolean;
  /** Whether it is over already, after the events that are there. @default No. */
  isOver?: boolean;
}

/** Why the server ends a stream, in the data of its last event, `end`. After all but `over` a client goes on with `Last-Event-ID`. */
export type EndReason = 'over' | 'token-expired' | 'draining';

interface StreamsOptions {
  registry?: Registry;
  /** @default 15 s. */
  heartbeatMs?: number;
}

export type Streams = ReturnType<typeof createStreams>;

/** Proxies cut connections that are silent, mostly after 30 or 60 s. */
const standardHeartbeatMs = 15_000;
/** Read from a source at a time. */
const batch = 100;
/** After a failed read; meanwhile the client keeps what it has. */
const retryMs = 1_000;
/** What a client waits before it comes back. Not all of a process's clients come at once: they draw their own moment in it. */
const reconnectMs = 1_000;

/**
 * Streams of Server-Sent Events. Each sends what its source has, in order, without a gap or a repeat, as fast as its client reads: nothing is kept in
 * memory for a slow one, and the server cuts one that reads nothing (`stalledTimeout`).
 */
export function createStreams(log: Log, { registry, heartbeatMs = standardHeartbeatMs }: StreamsOptions = {}) {
  const byTopic = new Map<string, Set<OpenStream>>();
  const open = new Set<OpenStream>();
  let draining = false;
  if (registry)
    new Gauge({
      name: 'event_streams_open',
      help: 'Streams of events in progress.',
      registers: [registry],
      collect() {
        this.set(open.size);
      },
    });
  const heartbeat = setInterval(() => open.forEach(({ beat }) => beat()), heartbeatMs);
  heartbeat.unref();

  return {
    get draining(): boolean {
      return draining;
    },

    /** Answers with the source's events until it is over, `expiresAt` (Unix, in milliseconds) has come, the process drains, or the client goes. */
    send(res: ServerResponse, source: StreamSource, expiresAt?: number): void {
      const stream = openStream(res, source, log);
      const expiry = expiresAt === undefined ? undefined : endAt(expiresAt, stream);
      open.add(stream);
      const ofTopic = byTopic.get(source.topic) ?? new Set();
      byTopic.set(source.topic, ofTopic.add(stream));
      res.once('close', () => {
        clearTimeout(expiry);
        open.delete(stream);
        ofTopic.delete(stream);
        if (ofTopic.size === 0 && byTopic.get(source.topic) === ofTopic) byTopic.delete(source.topic);
      });
      stream.notify();
    },

    /** There may be more events of the topic. */
    notify: (topic: string): void => byTopic.get(topic)?.forEach((stream) => stream.notify()),

    /** There may be more of any topic. */
    notifyAll: (): void => open.forEach((stream) => stream.notify()),

    /** Ends all streams, whose clients come back to another process. */
    drain(): void {
      draining = true;
      clearInterval(heartbeat);
      for (const { end } of open) end('draining');
    },
  };
}

interface OpenStream {
  /** There may be more events. */
  notify: () => void;
  end: (reason: EndReason) => void;
  /** Shows proxies and the client that the connection lives. */
  beat: () => void;
}

function openStream(res: ServerResponse, source: StreamSource, log: Log): OpenStream {
  let { after, isOver = false } = source;
  let isReading = false;
  let isNotified = false;
  let retry: NodeJS.Timeout | undefined;

  const end = (reason: EndReason): void => {
    if (!res.writableEnded) res.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
  };
  const write = (items: StreamItem[]): void => {
    if (res.writableEnded) return;
    for (const item of items) {
      res.write(`id: ${item.position}\nevent: ${item.type}\ndata: ${JSON.stringify(item.event)}\n\n`);
      after = item.position;
      isOver ||= source.isLast?.(item) === true;
    }
  };
  /** Sends all that there is. A notification in the meantime leads to another read. */
  const pump = async (): Promise<void> => {
    isReading = true;
    try {
      while (isNotified && !res.closed) {
        isNotified = false;
        const items = await source.read(after, batch);
        write(items);
        if (items.length === batch) isNotified = true;
        if (res.writableNeedDrain) await drained(res);
      }
      if (isOver) end('over');
    } catch (error) {
      log.debug({ event: 'stream-waiting', err: error }, 'could not read events for a stream; trying again');
      clearTimeout(retry);
      retry = setTimeout(notify, retryMs);
    }
    isReading = false;
  };
  const notify = (): void => {
    isNotified = true;
    if (!isReading) void pump();
  };

  res.once('close', () => clearTimeout(retry));
  res.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
  // The id alone: a client that is cut off before its first event goes on from here.
  res.write(`retry: ${reconnectMs}\nid: ${after}\n\n`);
  return { notify, end, beat: () => void (res.writableNeedDrain || res.writableEnded || res.write(':\n\n')) };
}

/** A timer takes 24 days at most, and no token of a caller is good for so long. */
const endAt = (expiresAt: number, { end }: OpenStream): NodeJS.Timeout | undefined => {
  const leftMs = expiresAt - Date.now();
  return leftMs < 2 ** 31 ? setTimeout(() => end('token-expired'), leftMs) : undefined;
};

const drained = (res: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.once('drain', done).once('close', done);
  });
