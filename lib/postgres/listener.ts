import { randomUUID } from 'node:crypto';
import { Client, type Notification } from 'pg';
import type { Log } from '../logging/log';
import { errorSummary } from '../process/startup-retry';
import { connectionTo, connectTimeoutMs } from './session';

export interface ListenerOptions {
  url: string;
  ca?: string | undefined;
  channel: string;
  /** Called with the payload of each notification, once its transaction has committed. */
  onNotification: (payload: string) => void;
  /** Called once notifications arrive, and every second while they do not: those of the meantime are lost. */
  onGap: () => void;
  log: Log;
}

const lookMs = 1_000;
/** How often the listener notifies itself. If that does not arrive before the next time, the connection carries no notifications. */
const looksPerBeat = 5;

/**
 * Listens to a channel (`NOTIFY`) on a connection of its own, and connects again when it breaks. Never throws. While no notifications arrive, because the
 * database is away or a pooler does not carry them, its caller looks for itself, once a second.
 */
export function openListener({ url, ca, channel, onNotification, onGap, log }: ListenerOptions) {
  const ownChannel = `${channel}_${randomUUID()}`;
  let client: Client | undefined;
  let isConnecting = false;
  let isHeard: boolean | undefined;
  let isBeatPending = false;
  let looks = 0;
  let isClosed = false;

  const heard = (isNow: boolean, error?: unknown): void => {
    if (isHeard === isNow) return;
    if (!isNow) logLoss(log, channel, error);
    else if (isHeard === false) log.info({ event: 'listening', channel }, 'listening to the database again');
    isHeard = isNow;
    if (isNow) onGap();
  };

  const receive = ({ channel: name, payload = '' }: Notification): void => {
    if (name !== ownChannel) return onNotification(payload);
    isBeatPending = false;
    heard(true);
  };
  const connect = async (): Promise<void> => {
    isConnecting = true;
    try {
      client = await openClient({ url, ca, channels: [channel, ownChannel], onNotification: receive, onLost });
      if (isClosed) return await leave();
      await beat(client);
    } catch (error) {
      onLost(error);
    }
    isConnecting = false;
  };
  const onLost = (error: unknown): void => {
    void leave();
    heard(false, error);
  };
  const leave = async (): Promise<void> => {
    const last = client?.removeAllListeners('end').removeAllListeners('notification');
    client = undefined;
    await last?.end().catch(() => undefined);
  };

  const beat = async (through: Client): Promise<void> => {
    if (isBeatPending) heard(false, 'no notifications arrive');
    isBeatPending = true;
    await through.query('SELECT pg_notify($1, $2)', [ownChannel, '']);
  };

  const look = (): void => {
    if (isHeard !== true) onGap();
    if (!client && !isConnecting) void connect();
    else if (client && ++looks % looksPerBeat === 0) beat(client).catch(onLost);
  };
  void connect();
  const looking = setInterval(look, lookMs);
  return {
    async close(): Promise<void> {
      isClosed = true;
      clearInterval(looking);
      await leave();
    },
  };
}

const logLoss = (log: Log, channel: string, error: unknown): void =>
  log.warn({ event: 'not-listening', channel, reason: errorSummary(error) }, 'not listening; looking every second');

interface ClientOptions {
  url: string;
  ca?: string | undefined;
  channels: string[];
  onNotification: (notification: Notification) => void;
  /** Called once for a connection that was opened, when it breaks. */
  onLost: (error: unknown) => void;
}

/** Rejects when the database cannot be reached. */
async function openClient({ url, ca, channels, onNotification, onLost }: ClientOptions): Promise<Client> {
  const timeouts = { connectionTimeoutMillis: connectTimeoutMs, query_timeout: connectTimeoutMs };
  const client = new Client({ ...connectionTo(url, ca), ...timeouts });
  client.on('error', () => undefined); // an end follows
  client.on('notification', onNotification);
  try {
    await client.connect();
    for (const channel of channels) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return client.on('end', () => onLost('the connection has ended'));
}
