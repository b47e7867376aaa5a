import { Client } from 'pg';
import type { Log } from '../logging/log';
import { errorSummary } from '../process/startup-retry';
import { connectionTo, connectTimeoutMs } from './session';

export interface ListenerOptions {
  url: string;
  ca?: string | undefined;
  channel: string;
  /** What a committed transaction has told the channel. */
  onTold: (payload: string) => void;
  /** Called at each connection, and every second without one: what was told in the meantime is lost. */
  onGap: () => void;
  log: Log;
}

const pauseMs = 1_000;

/**
 * Listens to a channel (`NOTIFY`) on a connection of its own, and connects again when it breaks. Never throws. Without a connection its caller looks
 * for itself, once a second: also behind a pooler that carries no notifications.
 */
export function openListener({ url, ca, channel, onTold, onGap, log }: ListenerOptions) {
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let wasLost = false;

  const connect = async (): Promise<void> => {
    const next = new Client({ ...connectionTo(url, ca), connectionTimeoutMillis: connectTimeoutMs, keepAlive: true });
    const lose = (error?: Error): void => {
      if (client !== next && error === undefined) return;
      if (client === next) client = undefined;
      retry(error);
    };
    next.on('error', lose);
    next.on('end', () => lose());
    next.on('notification', ({ payload = '' }) => onTold(payload));
    try {
      await next.connect();
      await next.query(`LISTEN ${next.escapeIdentifier(channel)}`);
      if (closed) return await next.end();
      client = next;
      if (wasLost) log.info({ event: 'listening', channel }, 'listening to the database again');
      wasLost = false;
      onGap();
    } catch (error) {
      await next.end().catch(() => undefined);
      retry(error);
    }
  };

  const retry = (error?: unknown): void => {
    if (closed || timer) return;
    if (!wasLost)
      log.warn({ event: 'not-listening', channel, reason: errorSummary(error) }, 'not listening; looking every second');
    wasLost = true;
    timer = setTimeout(() => {
      timer = undefined;
      onGap();
      void connect();
    }, pauseMs);
  };

  void connect();
  return {
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
