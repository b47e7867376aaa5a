import type { ConnectionOptions } from 'node:tls';
import { connect, type ChannelModel, type ConfirmChannel, type RecoveringChannelModel } from 'amqplib';
import type { Log } from '../logging/log';
import { hostOf, reasonOf, type StartupRetry } from '../process/startup-retry';
import { withTimeout } from '../process/timeout';
import { createSessions, watchChannel, type Session } from './sessions';

export interface ConnectionSettings {
  url: string;
  /** For `amqps://`: whom to trust, and who we are. Left out: those whom Node trusts, and nobody. */
  tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;
  /** Shown in the broker's list of connections. */
  name: string;
  log: Log;
  /** Declares what this process relies on. Runs at every set-up, before anything is published or consumed. */
  topology: (channel: ConfirmChannel) => Promise<void>;
  /** How long to wait for the first connection: for ever, if left out; not at all, for whoever can do without the broker. */
  patience?: StartupRetry | 'none';
}

/** A connection that comes back by itself and says so. */
export interface BrokerConnection {
  /** The present session. Throws BrokerAwayError at once while there is none or the broker is blocked. */
  session(): Session;
  readonly connected: boolean;
  /** Whether the broker says that it takes no messages in the present session. */
  readonly blocked: boolean;
  /** Resolves when the broker is blocked, at once if it is. */
  untilBlocked(): Promise<void>;
  /** Resolves when the broker takes messages or the session has ended, at once unless it is blocked. Rejects when it waits no longer. */
  untilUnblocked(signal: AbortSignal): Promise<void>;
  /** Runs at every set-up, after the topology and before the session holds; also at once when connected. */
  onSetUp(hook: (session: Session) => Promise<void>): Promise<void>;
  /** Runs when a session has ended: whatever was pending in it is lost. */
  onLost(hook: (cause: Error) => void): void;
  /** Runs when the broker says that it takes no messages in the present session. */
  onBlocked(hook: (cause: Error) => void): void;
  /**
   * Ends this session so that a fresh one is set up: the cure for a channel that the broker closed. None for a broker that is blocked:
   * it would not notice, and keep what the session has taken until it reads again.
   */
  reset(session: Session, cause: Error): void;
  close(): Promise<void>;
}

const maxReconnectDelayMs = 5_000;
/** A broker that froze without closing is noticed after two of these. */
const heartbeatSeconds = 10;
/** For each step of a farewell. A broker that is blocked or frozen does not answer; it learns the same when the process has ended. */
export const partingMs = 1_500;

/** Connects, and stays connected until `close`. Resolves at the first connection, if it is to wait for that. Throws StartLimitError. */
export async function openConnection(options: ConnectionSettings): Promise<BrokerConnection> {
  const { log } = options;
  const sessions = createSessions(log);

  const setUp = async (model: ChannelModel): Promise<void> => {
    // First of all: without a listener an `error` event would end the process.
    model.on('error', (err) => log.warn({ event: 'broker-error', err }, 'broker connection error'));
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
  recovering.on('error', (err) => log.warn({ event: 'broker-error', err }, 'broker connection error'));
  const what = `RabbitMQ at ${hostOf(options.url)}`;
  recovering.on('connect-failed', (err) =>
    log.warn({ event: 'waiting', what, reason: reasonOf(err) }, `waiting for ${what}`),
  );
  const connected = recovering.waitForConnect();
  connected.catch(() => undefined); // closing before it has come rejects it, also when nobody waits
  if (options.patience !== 'none') await (options.patience?.until(what, connected) ?? connected);

  return {
    session: () => sessions.current(),
    get connected() {
      return sessions.connected();
    },
    get blocked() {
      return sessions.blocked();
    },
    onSetUp: (hook) => sessions.onSetUp(hook),
    onLost: (hook) => sessions.onLost(hook),
    onBlocked: (hook) => sessions.onBlocked(hook),
    untilBlocked: () => sessions.untilBlocked(),
    untilUnblocked: (signal) => sessions.untilUnblocked(signal),
    reset: (session, cause) => sessions.reset(session, cause),
    async close() {
      const session = sessions.close();
      const quietly = (step: Promise<unknown> | undefined): Promise<unknown> =>
        withTimeout(partingMs, Promise.resolve(step)).catch((err: unknown) =>
          log.debug({ event: 'parting-failed', err }, 'could not close the connection'),
        );
      // Closing the connection alone would drop what is still on its way out.
      await quietly(session?.channel.close());
      await quietly(recovering.close());
    },
  };
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(heartbeatSeconds));
  return parsed.toString();
}
