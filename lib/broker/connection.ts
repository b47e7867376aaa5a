import { once, EventEmitter } from 'node:events';
import type { ConnectionOptions } from 'node:tls';
import { connect, type ChannelModel, type ConfirmChannel, type RecoveringChannelModel } from 'amqplib';
import type { Log } from '../logging/log';
import { errorSummary, hostOf, type StartupRetry } from '../process/startup-retry';
import { tryToClose } from '../process/timeout';
import { BrokerUnavailableError } from './errors';

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

export type BrokerConnection = Omit<ReturnType<typeof createSessions>, 'watch' | 'begin' | 'end'> & {
  close(): Promise<void>;
};

const maxReconnectDelayMs = 5_000;
/** A broker that froze without closing is detected after two missed heartbeats. */
const heartbeatSeconds = 10;
/** For each step of a close. A blocked or frozen broker does not answer; it notices when the process has ended. */
export const closeTimeoutMs = 1_500;

/**
 * Connects, and reconnects until closed. Resolves at the first connection unless `startup` is `none`. Throws StartupTimeoutError, and
 * an Error at once when a queue exists with other arguments.
 */
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
  if (options.startup !== 'none') {
    const mismatch = untilMismatch(recovering, what);
    try {
      await Promise.race([mismatch, options.startup?.until(what, connected) ?? connected]);
    } catch (error) {
      await tryToClose(() => recovering.close(), log, closeTimeoutMs);
      throw error;
    }
  }

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

/** Rejects with the broker's reason when a queue or an exchange exists with other arguments: waiting cannot help. Never resolves. */
function untilMismatch(recovering: RecoveringChannelModel, what: string): Promise<never> {
  const mismatch = new Promise<never>((_, reject) =>
    recovering.on('connect-failed', (error) => {
      if ((error as { code?: number }).code === preconditionFailed)
        reject(new Error(`${what} has a queue or an exchange with other arguments: ${errorSummary(error)}`));
    }),
  );
  mismatch.catch(() => undefined); // after the start it is only logged
  return mismatch;
}
const preconditionFailed = 406;

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(heartbeatSeconds));
  return parsed.toString();
}

/** One connection to the broker, from its set-up to its end. A reconnection makes a new session. */
export interface Session {
  model: ChannelModel;
  /** For publishing, and for the replies to requests. */
  channel: ConfirmChannel;
}

/** Tracks the current session and whether the broker blocks it, and runs the hooks when that changes. */
function createSessions(log: Log) {
  const setUpHooks: ((session: Session) => Promise<void>)[] = [];
  const changes = new EventEmitter().setMaxListeners(0); // each waiting message listens
  let current: Session | undefined;
  const block = createBlock(log, changes);
  let closing = false;

  const lose = (session: Session, cause: Error): void => {
    if (current !== session) return;
    current = undefined;
    block.end();
    if (!closing) log.warn({ event: 'broker-lost', err: cause }, 'lost the connection to the broker');
    changes.emit('lost', cause);
  };

  return {
    isConnected: () => current !== undefined,
    isBlocked: () => block.cause() !== undefined,
    /** The current session. Throws BrokerUnavailableError at once while there is none or the broker is blocked. */
    session(): Session {
      if (!current) throw new BrokerUnavailableError('not connected to the broker');
      const blocked = block.cause();
      if (blocked) throw blocked;
      return current;
    },
    /** Resolves when the broker is blocked, at once if it already is. */
    async untilBlocked(): Promise<void> {
      if (!block.cause()) await once(changes, 'blocked');
    },
    /** Resolves when the broker takes messages or the session has ended, at once unless it is blocked. Rejects when aborted. */
    async untilUnblocked(signal: AbortSignal): Promise<void> {
      if (block.cause()) await once(changes, 'unblocked', { signal });
    },
    /** Runs when the broker blocks the current session. */
    onBlocked: (hook: (cause: Error) => void) => void changes.on('blocked', hook),
    /** Runs when a session has ended: everything pending in it is lost. */
    onLost: (hook: (cause: Error) => void) => void changes.on('lost', hook),
    /** Runs for every new session, after the topology and before the session becomes current; also at once when connected. */
    async onSetUp(hook: (session: Session) => Promise<void>): Promise<void> {
      setUpHooks.push(hook);
      if (current) await hook(current);
    },
    async begin(session: Session): Promise<void> {
      for (const hook of setUpHooks) await hook(session);
      current = session;
    },
    /** Listens to the end of a session, and to its being blocked. */
    watch(session: Session): void {
      session.model.on('close', (cause) => lose(session, cause ?? new BrokerUnavailableError('connection closed')));
      session.model.on('blocked', (reason) => current === session && block.begin(reason));
      session.model.on('unblocked', () => current === session && block.end());
    },
    /**
     * Ends this session so that a new one is set up: the remedy for a channel that the broker closed. It does not help with a blocked
     * broker, which would not notice and would keep the session's unacknowledged messages until it reads again.
     */
    reset(session: Session, cause: Error): void {
      if (closing) return;
      lose(session, cause);
      session.model
        .close()
        .catch((error: unknown) =>
          log.debug({ event: 'close-failed', err: error }, 'could not close a lost connection'),
        );
    },
    /** Ends the current session for good and returns it. */
    end(): Session | undefined {
      const last = current;
      closing = true;
      if (last) lose(last, new BrokerUnavailableError('connection closed by this process'));
      return last;
    },
  };
}

/** Whether the broker, short of memory or disk, has stopped reading from this connection, as it does with every publisher. */
function createBlock(log: Log, changes: EventEmitter) {
  let cause: BrokerUnavailableError | undefined;
  return {
    cause: () => cause,
    begin(reason: string): void {
      log.warn({ event: 'broker-blocked', reason }, 'the broker takes no messages');
      cause = new BrokerUnavailableError(`the broker is blocked: ${reason}`);
      changes.emit('blocked', cause);
    },
    end(): void {
      if (!cause) return;
      log.info({ event: 'broker-unblocked' }, 'the broker takes messages again, or its connection is lost');
      cause = undefined;
      changes.emit('unblocked');
    },
  };
}

/** Calls back when a channel ends. A channel does not recover while its connection lives. */
export function watchChannel(channel: ConfirmChannel, onEnd: (cause: Error) => void): void {
  let cause: Error | undefined;
  channel.on('error', (error) => (cause = error));
  channel.on('close', () => onEnd(cause ?? new BrokerUnavailableError('channel closed')));
}
