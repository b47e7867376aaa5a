import { connect, type ChannelModel, type ConfirmChannel, type RecoveringChannelModel } from 'amqplib';
import type { Log } from '../log';
import { BrokerAwayError } from './errors';

/** One life of the connection: ends with it, never comes back. */
export interface Session {
  model: ChannelModel;
  /** The channel on which this process publishes and receives its replies. */
  channel: ConfirmChannel;
}

export interface LinkOptions {
  url: string;
  /** Shown in the broker's list of connections. */
  name: string;
  log: Log;
  /** Declares what this process relies on. Runs at every set-up, before anything is published or consumed. */
  topology: (channel: ConfirmChannel) => Promise<void>;
}

/** A connection that comes back by itself and says so. */
export interface Link {
  /** The present session. Throws BrokerAwayError at once while there is none or the broker is blocked. */
  session(): Session;
  readonly connected: boolean;
  /** Runs at every set-up, after the topology and before anything is published; also at once when connected. */
  onSetUp(hook: (session: Session) => Promise<void>): Promise<void>;
  /** Runs when a session holds, so that whatever comes in can be published on; also at once when connected. */
  onSession(hook: (session: Session) => Promise<void>): Promise<void>;
  /** Runs when a session has ended: whatever was pending in it is lost. */
  onLost(hook: (cause: Error) => void): void;
  /** Ends this session so that a fresh one is set up: the cure for a channel that the broker closed. */
  reset(session: Session, cause: Error): void;
  close(): Promise<void>;
}

const maxReconnectDelayMs = 5_000;
/** A broker that froze without closing is noticed after two of these. */
const heartbeatSeconds = 10;

/** Connects, and stays connected until `close`. Resolves at the first connection; waits for the broker as long as it takes. */
export async function openLink(options: LinkOptions): Promise<Link> {
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
    noDelay: true, // otherwise small messages wait for the peer's delayed ACK, 40 ms each
    clientProperties: { connection_name: options.name },
    timeout: 10_000,
    recovery: { setup: setUp, maxDelay: maxReconnectDelayMs, waitForConnect: false },
  });
  recovering.on('error', (err) => log.warn({ event: 'broker-error', err }, 'broker connection error'));
  recovering.on('connect-failed', (err) => log.warn({ event: 'broker-unreachable', err }, 'waiting for the broker'));
  await recovering.waitForConnect();

  return {
    session: () => sessions.current(),
    get connected() {
      return sessions.connected();
    },
    onSetUp: (hook) => sessions.onSetUp(hook),
    onSession: (hook) => sessions.onSession(hook),
    onLost: (hook) => sessions.onLost(hook),
    reset: (session, cause) => sessions.reset(session, cause),
    async close() {
      sessions.close();
      await recovering.close();
    },
  };
}

/** Which session holds, and who wants to know when one begins or ends. */
function createSessions(log: Log) {
  const setUpHooks: ((session: Session) => Promise<void>)[] = [];
  const sessionHooks: ((session: Session) => Promise<void>)[] = [];
  const lostHooks: ((cause: Error) => void)[] = [];
  let current: Session | undefined;
  let blocked: string | undefined;
  let closing = false;

  const lose = (session: Session, cause: Error): void => {
    if (current !== session) return;
    current = undefined;
    blocked = undefined;
    if (!closing) log.warn({ event: 'broker-lost', err: cause }, 'lost the broker');
    for (const hook of lostHooks) hook(cause);
  };

  return {
    connected: () => current !== undefined,
    current(): Session {
      if (!current) throw new BrokerAwayError('not connected to the broker');
      if (blocked !== undefined) throw new BrokerAwayError(`the broker is blocked: ${blocked}`);
      return current;
    },
    async onSetUp(hook: (session: Session) => Promise<void>): Promise<void> {
      setUpHooks.push(hook);
      if (current) await hook(current);
    },
    async onSession(hook: (session: Session) => Promise<void>): Promise<void> {
      sessionHooks.push(hook);
      if (current) await hook(current);
    },
    onLost(hook: (cause: Error) => void): void {
      lostHooks.push(hook);
    },
    async begin(session: Session): Promise<void> {
      for (const hook of setUpHooks) await hook(session);
      current = session;
      for (const hook of sessionHooks) await hook(session);
    },
    watch(session: Session): void {
      session.model.on('close', (cause) => lose(session, cause ?? new BrokerAwayError('connection closed')));
      session.model.on('blocked', (reason) => {
        blocked = reason;
        log.warn({ event: 'broker-blocked', reason }, 'the broker takes no messages');
      });
      session.model.on('unblocked', () => {
        blocked = undefined;
        log.info({ event: 'broker-unblocked' }, 'the broker takes messages again');
      });
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

/** A channel that ends while its connection lives does not come back by itself. */
export function watchChannel(channel: ConfirmChannel, onEnd: (cause: Error) => void): void {
  let cause: Error | undefined;
  channel.on('error', (err) => (cause = err));
  channel.on('close', () => onEnd(cause ?? new BrokerAwayError('channel closed')));
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(heartbeatSeconds));
  return parsed.toString();
}
