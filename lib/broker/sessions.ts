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

type SessionHook = (session: Session) => Promise<void>;
type LossHook = (cause: Error) => void;

/** Tracks the current session and whether the broker blocks it, and runs the hooks when that changes. */
export function createSessions(log: Log) {
  const setUpHooks: SessionHook[] = [];
  const lostHooks: LossHook[] = [];
  const block = createBlock(log);
  let current: Session | undefined;
  let closing = false;

  const end = (session: Session, cause: Error): void => {
    if (current !== session) return;
    current = undefined;
    block.end();
    if (!closing) log.warn({ event: 'broker-lost', err: cause }, 'lost the connection to the broker');
    for (const hook of lostHooks) hook(cause);
  };

  return {
    connected: () => current !== undefined,
    blocked: () => block.holds(),
    current(): Session {
      if (!current) throw new BrokerUnavailableError('not connected to the broker');
      block.check();
      return current;
    },
    untilBlocked: () => block.untilBegin(),
    untilUnblocked: (signal: AbortSignal) => block.untilEnd(signal),
    onBlocked: (hook: LossHook) => block.onBegin(hook),
    async onSetUp(hook: SessionHook): Promise<void> {
      setUpHooks.push(hook);
      if (current) await hook(current);
    },
    onLost: (hook: LossHook) => void lostHooks.push(hook),
    async begin(session: Session): Promise<void> {
      for (const hook of setUpHooks) await hook(session);
      current = session;
    },
    watch(session: Session): void {
      session.model.on('close', (cause) => end(session, cause ?? new BrokerUnavailableError('connection closed')));
      session.model.on('blocked', (reason) => current === session && block.begin(reason));
      session.model.on('unblocked', () => current === session && block.end());
    },
    reset(session: Session, cause: Error): void {
      if (closing) return;
      end(session, cause);
      session.model
        .close()
        .catch((error: unknown) =>
          log.debug({ event: 'close-failed', err: error }, 'could not close a lost connection'),
        );
    },
    /** Ends the current session and returns it. */
    close(): Session | undefined {
      const last = current;
      closing = true;
      if (last) end(last, new BrokerUnavailableError('connection closed by this process'));
      return last;
    },
  };
}

/** Whether the broker, short of memory or disk, has stopped reading from this connection, as it does with every publisher. */
function createBlock(log: Log) {
  const changes = new EventEmitter().setMaxListeners(0); // each waiting message listens
  let cause: BrokerUnavailableError | undefined;
  return {
    onBegin: (hook: LossHook) => void changes.on('begin', hook),
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
