import type { Request, Response } from 'express';
import { z } from 'zod';
import { roles } from '../../contracts/access';
import { createStreams, type StreamSource, type Streams } from '../../lib/http/event-stream';
import type { PoolConfig } from '../../lib/config/servers';
import type { ProcessConfig } from '../../lib/config/process';
import { openListener } from '../../lib/postgres/listener';
import type { Service } from '../../lib/process/service';
import { readStreamKey } from '../../prisma/stream-key';
import { callerOf, expiryOf } from './access';
import { leaveShare } from './fair-share';
import { isUnlimited, keyOf } from './limits';
import { HttpProblem, mismatch, refuse, unavailable, type Refusal } from './refusals';
import { answer, body, route, type Route } from './route';
import { createStreamTokens, type StreamTokens } from './stream-tokens';

/** What a service needs to serve streams. */
export interface StreamDeps {
  streams: Streams;
  streamTokens: StreamTokens;
}

/** Serves streams, which notifications on a channel of the service's database wake, until the process drains. */
export function addStreams(
  service: Service<ProcessConfig & PoolConfig>,
  db: Parameters<typeof readStreamKey>[0],
  url: string,
  channel: string,
): StreamDeps {
  const { config, log, registry } = service;
  const streams = createStreams(log, { registry });
  const { notify: onNotification, notifyAll: onGap } = streams;
  const listener = openListener({ url, ca: config.DATABASE_CA_FILE, channel, onNotification, onGap, log });
  service.onStop(() => listener.close());
  return { streams, streamTokens: createStreamTokens(() => readStreamKey(db)) };
}

/** `Last-Event-ID` of a header or a query. Positions are whole numbers; nothing else was ever an id of a stream. */
const positionOf = (id: string): bigint | undefined => (/^\d{1,18}$/.test(id) ? BigInt(id) : undefined);

/** Positions that a source knows: from where on its events are complete, and the last. */
export interface Bounds {
  first: bigint;
  last: bigint;
}

/**
 * Where a stream goes on: behind the last event that its client has, or `begins`. Refuses an id that is none of this stream, or that is so old that
 * events behind it may be gone.
 */
export function positionAfter(
  lastEventId: string | undefined,
  { first, last }: Bounds,
  begins: bigint,
): bigint | Refusal<'GONE'> {
  if (lastEventId === undefined || lastEventId === '') return begins;
  const position = positionOf(lastEventId);
  if (position !== undefined && position >= first && position <= last) return position;
  return refuse(
    'GONE',
    'This Last-Event-ID is none of this stream, or too old. Connect without one, and load what you show.',
  );
}

/** Of one caller in one process: a browser with many windows. Operators and services act for many, and are not limited. */
const maxStreams = 20;
const openStreams = new Map<string, number>();

/** Answers with the source's events. Throws HttpProblem: TOO_MANY_REQUESTS above the limit, UNAVAILABLE while the process drains. */
export function sendStream(streams: Streams | undefined, req: Request, res: Response, source: StreamSource): void {
  if (!streams || streams.draining) throw unavailable('This process serves no streams now. Try again.');
  if (res.closed) return; // the client has left in the meantime, and no `close` would follow
  if (req.method === 'HEAD') return void res.type('text/event-stream').end();
  const caller = callerOf(req);
  if (caller && !isUnlimited(caller)) {
    const key = keyOf(caller);
    const count = openStreams.get(key) ?? 0;
    if (count >= maxStreams) throw new HttpProblem(refuse('TOO_MANY_REQUESTS', `${maxStreams} streams are open`));
    openStreams.set(key, count + 1);
    res.once('close', () => {
      const left = (openStreams.get(key) ?? 1) - 1;
      if (left > 0) openStreams.set(key, left);
      else openStreams.delete(key);
    });
  }
  leaveShare(res);
  res.locals['isStream'] = true;
  streams.send(res, source, expiryOf(req));
}

const tokenBody = z.strictObject({ stream: z.string().max(200) });
const tokenAnswer = z.strictObject({ token: z.string(), expires_at: z.iso.datetime() });

/** A token for one stream: an EventSource of a browser cannot send a header. */
export const streamTokenRoute = <Deps extends StreamDeps>(paths: RegExp, example: string): Route<Deps> =>
  route({
    method: 'POST',
    path: '/stream-tokens',
    id: 'createStreamToken',
    summary: 'Makes a token to open one stream from a browser',
    description:
      'An EventSource cannot send `Authorization`. It connects with `?stream_token=` within 60 s, to this stream alone; the stream ends with the caller’s own token.',
    roles: roles.filter((role) => role !== 'operator'),
    body: body(tokenBody, { stream: example }),
    answers: {
      200: answer('The token.', tokenAnswer, {
        token: 'eyJhbGciOiJIUzI1NiJ9…',
        expires_at: '2026-11-29T12:01:00.000Z',
      }),
    },
    async handle({ streamTokens }: Deps, { body: { stream }, caller, callerExpiresAt, answer }) {
      if (!paths.test(stream))
        return mismatch('There is no such stream', [{ path: 'stream', message: `a path like ${example}` }]);
      return answer(200, await streamTokens.sign(caller, stream, callerExpiresAt));
    },
  });

export const streamQuery = z.object({
  /** As the header `Last-Event-ID`, for the first connection of an EventSource. */
  last_event_id: z.string().max(40).optional(),
  stream_token: z.string().max(4_000).optional(),
});
