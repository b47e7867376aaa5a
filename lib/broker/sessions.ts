import { EventEmitter, once } from 'node:events';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { Log } from '../logging/log';
import { BrokerUnavailableError } from './errors';

/** One connection to the broker, from its set-up to its end. A reconnection makes a new session. */
export interface Session {
  model: ChannelModel;
  /** For publishing, and for the replies to requests. */
  channel: ConfirmChannel;
}

/** The sessions of a connection, one after the other. */
export type Sessions = Omit<ReturnType<typeof createSessions>, 'watch' | 'begin' | 'end'>;

/** Tracks the current session and whether the broker blocks it, and runs the hooks when that changes. */
export function createSessions(log: Log) {
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
