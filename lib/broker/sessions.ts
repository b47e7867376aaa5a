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
export interface Sessions {
  /** The current session. Throws BrokerUnavailableError at once while there is none or the broker is blocked. */
  session(): Session;
  isConnected(): boolean;
  /** Whether the broker has said that it takes no messages in this session. */
  isBlocked(): boolean;
  /** Resolves when the broker is blocked, at once if it already is. */
  untilBlocked(): Promise<void>;
  /** Resolves when the broker takes messages or the session has ended, at once unless it is blocked. Rejects when aborted. */
  untilUnblocked(signal: AbortSignal): Promise<void>;
  /** Runs for every new session, after the topology and before the session becomes current; also at once when connected. */
  onSetUp(hook: (session: Session) => Promise<void>): Promise<void>;
  /** Runs when a session has ended: everything pending in it is lost. */
  onLost(hook: (cause: Error) => void): void;
  /** Runs when the broker blocks the current session. */
  onBlocked(hook: (cause: Error) => void): void;
  /**
   * Ends this session so that a new one is set up: the remedy for a channel that the broker closed. It does not help with a blocked
   * broker, which would not notice and would keep the session's unacknowledged messages until it reads again.
   */
  reset(session: Session, cause: Error): void;
}

/** For the connection, which sets sessions up. */
interface ManagedSessions extends Sessions {
  /** Listens to the end of a session, and to its being blocked. */
  watch(session: Session): void;
  /** Runs the set-up hooks and makes the session current. */
  begin(session: Session): Promise<void>;
  /** Ends the current session for good and returns it. */
  end(): Session | undefined;
}

/** Tracks the current session and whether the broker blocks it, and runs the hooks when that changes. */
export function createSessions(log: Log): ManagedSessions {
  const setUpHooks: Parameters<Sessions['onSetUp']>[0][] = [];
  const lostHooks: ((cause: Error) => void)[] = [];
  const block = createBlock(log);
  let current: Session | undefined;
  let closing = false;

  const lose = (session: Session, cause: Error): void => {
    if (current !== session) return;
    current = undefined;
    block.end();
    if (!closing) log.warn({ event: 'broker-lost', err: cause }, 'lost the connection to the broker');
    for (const hook of lostHooks) hook(cause);
  };

  return {
    isConnected: () => current !== undefined,
    isBlocked: () => block.holds(),
    session() {
      if (!current) throw new BrokerUnavailableError('not connected to the broker');
      block.check();
      return current;
    },
    untilBlocked: () => block.untilBegin(),
    untilUnblocked: (signal) => block.untilEnd(signal),
    onBlocked: (hook) => block.onBegin(hook),
    async onSetUp(hook) {
      setUpHooks.push(hook);
      if (current) await hook(current);
    },
    onLost: (hook) => void lostHooks.push(hook),
    async begin(session) {
      for (const hook of setUpHooks) await hook(session);
      current = session;
    },
    watch(session) {
      session.model.on('close', (cause) => lose(session, cause ?? new BrokerUnavailableError('connection closed')));
      session.model.on('blocked', (reason) => current === session && block.begin(reason));
      session.model.on('unblocked', () => current === session && block.end());
    },
    reset(session, cause) {
      if (closing) return;
      lose(session, cause);
      session.model
        .close()
        .catch((error: unknown) =>
          log.debug({ event: 'close-failed', err: error }, 'could not close a lost connection'),
        );
    },
    end() {
      const last = current;
      closing = true;
      if (last) lose(last, new BrokerUnavailableError('connection closed by this process'));
      return last;
    },
  };
}

/** Whether the broker, short of memory or disk, has stopped reading from this connection, as it does with every publisher. */
function createBlock(log: Log) {
  const changes = new EventEmitter().setMaxListeners(0); // each waiting message listens
  let cause: BrokerUnavailableError | undefined;
  return {
    onBegin: (hook: (cause: Error) => void) => void changes.on('begin', hook),
    begin(reason: string): void {
      log.warn({ event: 'broker-blocked', reason }, 'the broker takes no messages');
      cause = new BrokerUnavailableError(`the broker is blocked: ${reason}`);
      changes.emit('begin', cause);
    },
    end(): void {
      if (!cause) return;
      log.info({ event: 'broker-unblocked' }, 'the broker takes messages again, or its connection is lost');
      cause = undefined;
      changes.emit('end');
    },
    holds: () => cause !== undefined,
    /** Throws BrokerUnavailableError while the broker is blocked. */
    check(): void {
      if (cause) throw cause;
    },
    async untilBegin(): Promise<void> {
      if (!cause) await once(changes, 'begin');
    },
    async untilEnd(signal: AbortSignal): Promise<void> {
      if (cause) await once(changes, 'end', { signal });
    },
  };
}

/** Calls back when a channel ends. A channel does not recover while its connection lives. */
export function watchChannel(channel: ConfirmChannel, onEnd: (cause: Error) => void): void {
  let cause: Error | undefined;
  channel.on('error', (error) => (cause = error));
  channel.on('close', () => onEnd(cause ?? new BrokerUnavailableError('channel closed')));
}
