import { EventEmitter, once } from 'node:events';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { Log } from '../logging/log';
import { BrokerAwayError } from './errors';

/** One life of the connection: ends with it, never comes back. */
export interface Session {
  model: ChannelModel;
  /** On a connection that publishes: for that, and for the replies. */
  channel: ConfirmChannel;
}

type SessionHook = (session: Session) => Promise<void>;
type LossHook = (cause: Error) => void;

/** Which session holds, whether the broker takes messages in it, and who wants to know when that changes. */
export function createSessions(log: Log) {
  const setUpHooks: SessionHook[] = [];
  const lostHooks: LossHook[] = [];
  const block = createBlock(log);
  let current: Session | undefined;
  let closing = false;

  const lose = (session: Session, cause: Error): void => {
    if (current !== session) return;
    current = undefined;
    block.end();
    if (!closing) log.warn({ event: 'broker-lost', err: cause }, 'lost the broker');
    for (const hook of lostHooks) hook(cause);
  };

  return {
    connected: () => current !== undefined,
    blocked: () => block.holds(),
    current(): Session {
      if (!current) throw new BrokerAwayError('not connected to the broker');
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
      session.model.on('close', (cause) => lose(session, cause ?? new BrokerAwayError('connection closed')));
      session.model.on('blocked', (reason) => current === session && block.begin(reason));
      session.model.on('unblocked', () => current === session && block.end());
    },
    reset(session: Session, cause: Error): void {
      if (closing) return;
      lose(session, cause);
      session.model
        .close()
        .catch((err: unknown) => log.debug({ event: 'parting-failed', err }, 'could not close a lost connection'));
    },
    /** Resolves nothing more; returns the session that held. */
    close(): Session | undefined {
      const last = current;
      closing = true;
      if (last) lose(last, new BrokerAwayError('connection closed by this process'));
      return last;
    },
  };
}

/** Whether the broker, short of memory or disk, reads nothing from the present connection, as it does with each that publishes. */
function createBlock(log: Log) {
  const changes = new EventEmitter().setMaxListeners(0); // each message that waits listens
  let cause: BrokerAwayError | undefined;
  return {
    onBegin: (hook: LossHook) => void changes.on('begin', hook),
    begin(reason: string): void {
      log.warn({ event: 'broker-blocked', reason }, 'the broker takes no messages');
      cause = new BrokerAwayError(`the broker is blocked: ${reason}`);
      changes.emit('begin', cause);
    },
    end(): void {
      if (!cause) return;
      log.info({ event: 'broker-unblocked' }, 'the broker takes messages again, or is gone');
      cause = undefined;
      changes.emit('end');
    },
    holds: () => cause !== undefined,
    /** Throws while it lasts. */
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

/** A channel that ends while its connection lives does not come back by itself. */
export function watchChannel(channel: ConfirmChannel, onEnd: (cause: Error) => void): void {
  let cause: Error | undefined;
  channel.on('error', (err) => (cause = err));
  channel.on('close', () => onEnd(cause ?? new BrokerAwayError('channel closed')));
}
