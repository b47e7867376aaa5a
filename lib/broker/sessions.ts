import { EventEmitter, once } from 'node:events';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { Log } from '../log';
import { BrokerAwayError } from './errors';

/** One life of the connection: ends with it, never comes back. */
export interface Session {
  model: ChannelModel;
  /** The channel on which this process publishes and receives its replies. */
  channel: ConfirmChannel;
}

type SessionHook = (session: Session) => Promise<void>;
type LossHook = (cause: Error) => void;

/** Which session holds, whether the broker takes messages in it, and who wants to know when that changes. */
export function createSessions(log: Log) {
  const setUpHooks: SessionHook[] = [];
  const sessionHooks: SessionHook[] = [];
  const lostHooks: LossHook[] = [];
  const block = createBlock(log);
  const work = createWork();
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
    async onSession(hook: SessionHook): Promise<void> {
      sessionHooks.push(hook);
      if (current) await hook(current);
    },
    beginWork: () => work.begin(),
    mayWork: (signal: AbortSignal) => work.may(signal),
    onLost: (hook: LossHook) => void lostHooks.push(hook),
    async begin(session: Session): Promise<void> {
      work.suspend();
      for (const hook of setUpHooks) await hook(session);
      current = session;
      for (const hook of sessionHooks) await hook(session);
      work.resume();
    },
    watch(session: Session): void {
      session.model.on('close', (cause) => lose(session, cause ?? new BrokerAwayError('connection closed')));
      session.model.on('blocked', (reason) => current === session && block.begin(reason));
      session.model.on('unblocked', () => current === session && block.end());
    },
    reset(session: Session, cause: Error): void {
      if (closing) return;
      lose(session, cause);
      session.model.close().catch((err: unknown) => log.debug({ err }, 'closing a lost connection'));
    },
    close(): void {
      closing = true;
      if (current) lose(current, new BrokerAwayError('connection closed by this process'));
    },
  };
}

/** Whether what comes in may be worked on: once every consumer is there, at first and in each session. */
function createWork() {
  const changes = new EventEmitter().setMaxListeners(0); // each message that waits listens
  let begun = false;
  let complete = false;
  return {
    begin(): void {
      begun = true;
      changes.emit('change');
    },
    suspend: () => void (complete = false),
    resume(): void {
      complete = true;
      changes.emit('change');
    },
    async may(signal: AbortSignal): Promise<boolean> {
      while (!(begun && complete) && !signal.aborted) await once(changes, 'change', { signal }).catch(() => undefined);
      return !signal.aborted;
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
