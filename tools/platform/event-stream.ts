/** A client of our event streams, as a browser's EventSource is one: it comes back where it was, until the stream is over or refused. */
import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderEvent } from '../../contracts/events';
import type { EndReason } from '../../lib/http/event-stream';
import type { Problem } from './answer';

export interface EventStreamOptions {
  onEvent: (event: OrderEvent) => void;
  /** Called for each connection: a token may have expired. */
  headers?: () => Promise<Record<string, string>>;
  /** Begins behind this event. */
  lastId?: string;
  /** Whether it comes back when a connection ends. @default true */
  comesBack?: boolean;
  /** The pause before it comes back. @default What the server says. */
  pauseMs?: number;
  /** Called once when a connection is refused or lost, until one is open again. */
  onCut?: () => void;
  /** Reads nothing. */
  paused?: boolean;
  /** The address of this machine to connect from. */
  localAddress?: string | undefined;
}

export interface EventStream {
  /** `Last-Event-ID`. */
  readonly lastId: string | undefined;
  /** Of the last connection that was answered. */
  readonly status: number | undefined;
  /** Why the server has refused the stream. */
  readonly problem: Problem | undefined;
  /** Of the last connection that the server has ended. */
  readonly endReason: EndReason | undefined;
  /** How often it has connected. */
  readonly connections: number;
  /** Whether a connection is open. */
  readonly isOpen: boolean;
  /** Resolves when it does not come back any more. */
  readonly over: Promise<void>;
  close(): void;
}

const standardPauseMs = 1_000;
/** A connection that is silent for so long is dead: the server beats more often. */
const silenceMs = 45_000;

/** 204: there is no more. A refusal stays one, but for 429. */
const isFinal = (status = 0): boolean => status === 204 || (status >= 400 && status < 500 && status !== 429);

/** @param address Of the stream; a function if it may be another one each time. */
export function openEventStream(address: string | (() => string), options: EventStreamOptions): EventStream {
  const { onEvent, headers, comesBack = true, paused = false } = options;
  const closed = new AbortController();
  let pauseMs = standardPauseMs;
  let isCut = false;
  const stream = {
    lastId: options.lastId,
    status: undefined as number | undefined,
    problem: undefined as Problem | undefined,
    endReason: undefined as EndReason | undefined,
    connections: 0,
    isOpen: false,
    over: Promise.resolve(),
    close: () => closed.abort(),
  };
  const receive = (block: string): void => {
    const { id, event, data, retry } = fieldsOf(block);
    if (id !== undefined) stream.lastId = id;
    if (retry !== undefined) pauseMs = Number(retry);
    if (data === undefined || closed.signal.aborted) return;
    if (event === 'end') stream.endReason = (JSON.parse(data) as { reason: EndReason }).reason;
    else onEvent(JSON.parse(data) as OrderEvent);
  };
  const connect = async (): Promise<void> => {
    stream.connections += 1;
    const url = typeof address === 'function' ? address() : address;
    const sent = headersBehind(stream.lastId, await headers?.());
    const answer = await get(url, { headers: sent, signal: closed.signal, localAddress: options.localAddress });
    stream.status = answer.statusCode ?? 0;
    stream.isOpen = stream.status === 200;
    if (stream.isOpen) isCut = false;
    if (paused) await new Promise((resolve) => answer.once('close', resolve));
    else if (stream.isOpen) await readBlocks(answer, receive);
    else stream.problem = await problemIn(answer);
  };
  const run = async (): Promise<void> => {
    for (;;) {
      await connect().catch(() => undefined); // the connection was refused or cut
      stream.isOpen = false;
      if (closed.signal.aborted || !comesBack || isFinal(stream.status)) return;
      if (!isCut && stream.endReason !== 'over') options.onCut?.();
      isCut = true;
      await sleep(options.pauseMs ?? pauseMs, undefined, { signal: closed.signal }).catch(() => undefined);
    }
  };
  stream.over = run();
  return stream;
}

const headersBehind = (lastId: string | undefined, headers?: Record<string, string>): Record<string, string> => ({
  ...headers,
  ...(lastId !== undefined && { 'last-event-id': lastId }),
});

/** Over a connection of its own. */
const get = (url: string, options: http.RequestOptions): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const client = url.startsWith('https:') ? https : http;
    const request = client.get(url, { ...options, agent: false, timeout: silenceMs }, resolve);
    request.on('error', reject).on('timeout', () => request.destroy(new Error('the server is silent')));
  });

/** Each event's text, until the answer ends. Rejects when the connection breaks. */
async function readBlocks(answer: http.IncomingMessage, onBlock: (block: string) => void): Promise<void> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    const blocks = (text + String(chunk)).split('\n\n');
    text = blocks.pop() ?? '';
    blocks.forEach(onBlock);
  }
}

/** The fields of one event. Ours have one `data` line each. */
const fieldsOf = (block: string): Partial<Record<string, string>> =>
  Object.fromEntries(
    block.split('\n').flatMap((line) => {
      const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value]];
    }),
  );

async function problemIn(answer: http.IncomingMessage): Promise<Problem | undefined> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return undefined; // a proxy's, or none
  }
}
