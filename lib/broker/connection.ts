import type { ConnectionOptions } from 'node:tls';
import { connect, type ChannelModel, type ConfirmChannel, type RecoveringChannelModel } from 'amqplib';
import type { Log } from '../logging/log';
import { errorSummary, hostOf, type StartupRetry } from '../process/startup-retry';
import { tryToClose } from '../process/timeout';
import { createSessions, watchChannel, type Session, type Sessions } from './sessions';

export interface ConnectionSettings {
  url: string;
  /** For `amqps://`: the trusted CA and our own certificate. Defaults to Node's CAs and no certificate. */
  tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;
  /** Shown in the broker's list of connections. */
  name: string;
  log: Log;
  /** Declares the queues and exchanges that this process uses. Runs at every (re)connection, before anything is published or consumed. */
  topology: (channel: ConfirmChannel) => Promise<void>;
  /** How long to wait for the first connection. Without it: for ever. `none`: not at all, where the broker is optional. */
  startup?: StartupRetry | 'none';
}

export type BrokerConnection = Sessions & { close(): Promise<void> };

const maxReconnectDelayMs = 5_000;
/** A broker that froze without closing is detected after two missed heartbeats. */
const heartbeatSeconds = 10;
/** For each step of a close. A blocked or frozen broker does not answer; it notices when the process has ended. */
export const closeTimeoutMs = 1_500;

/** Connects, and reconnects until closed. Resolves at the first connection unless `startup` is `none`. Throws StartupTimeoutError. */
export async function openConnection(options: ConnectionSettings): Promise<BrokerConnection> {
  const { log } = options;
  const sessions = createSessions(log);

  const setUp = async (model: ChannelModel): Promise<void> => {
    // First of all: an `error` event without a listener would end the process.
    model.on('error', (error) => log.warn({ event: 'broker-error', err: error }, 'broker connection error'));
    const channel = await model.createConfirmChannel();
    const session: Session = { model, channel };
    watchChannel(channel, (cause) => sessions.reset(session, cause));
    sessions.watch(session);
    await options.topology(channel);
    await sessions.begin(session);
    log.info({ event: 'broker-connected' }, 'connected to the broker');
  };

  const recovering: RecoveringChannelModel = await connect(withHeartbeat(options.url), {
    ...options.tls,
    noDelay: true, // otherwise small messages wait for the peer's delayed ACK, 40 ms each
    clientProperties: { connection_name: options.name },
    timeout: 10_000,
    recovery: { setup: setUp, maxDelay: maxReconnectDelayMs, waitForConnect: false },
  });
  recovering.on('error', (error) => log.warn({ event: 'broker-error', err: error }, 'broker connection error'));
  const what = `RabbitMQ at ${hostOf(options.url)}`;
  recovering.on('connect-failed', (error) =>
    log.warn({ event: 'waiting-for-dependency', what, reason: errorSummary(error) }, `waiting for ${what}`),
  );
  const connected = recovering.waitForConnect();
  connected.catch(() => undefined); // closing before the first connection rejects it, even when nothing awaits it
  if (options.startup !== 'none') await (options.startup?.until(what, connected) ?? connected);

  return {
    ...sessions,
    async close() {
      const session = sessions.end();
      // Closing the connection alone would drop what is still in the send buffer.
      await tryToClose(async () => session?.channel.close(), log, closeTimeoutMs);
      await tryToClose(() => recovering.close(), log, closeTimeoutMs);
    },
  };
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(heartbeatSeconds));
  return parsed.toString();
}
