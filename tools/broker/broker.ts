import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { deadQueue } from '../../contracts/names';
import { declareTopology } from '../../lib/broker/broker';
import { ExpectedError, messageOf } from '../cli/cli';

const connectTimeoutMs = 10_000;
/** Longer than another command needs for some thousands of dead letters. */
const claimTimeoutMs = 30_000;
const claimPollMs = 100;
/** AMQP's RESOURCE_LOCKED. */
const resourceLocked = 405;

/** Runs the work on a new channel; what it does not acknowledge returns to its queue. Throws ExpectedError without the broker. */
export async function withBroker<T>(
  url: string,
  work: (channel: ConfirmChannel, connection: ChannelModel) => Promise<T>,
): Promise<T> {
  const connection = await open(url);
  try {
    const channel = await connection.createConfirmChannel();
    const lost = new Promise<never>((_, reject) => {
      const fail = (cause: unknown) =>
        reject(new ExpectedError(`lost RabbitMQ; no message is lost, run the command again (${messageOf(cause)})`));
      channel.on('error', fail);
      channel.on('close', () => fail('the channel was closed'));
    });
    lost.catch(() => undefined); // rejects after the work too
    const result = await Promise.race([declareTopology(channel).then(() => work(channel, connection)), lost]);
    await channel.close(); // after all acknowledgements
    return result;
  } finally {
    await connection.close().catch(() => undefined); // already lost
  }
}

/** Waits until no other command works on the dead letters of this queue, and keeps others away. Throws ExpectedError when it times out. */
export async function claimDeadLetters(connection: ChannelModel, queue: string): Promise<void> {
  const deadline = Date.now() + claimTimeoutMs;
  // An exclusive queue ends with its connection, even when the process is killed.
  while (!(await declareExclusive(connection, `${deadQueue(queue)}.lock`))) {
    if (Date.now() > deadline) throw new ExpectedError(`another command is working on the dead letters of ${queue}`);
    await sleep(claimPollMs);
  }
}

/** False when another connection has the queue. */
async function declareExclusive(connection: ChannelModel, name: string): Promise<boolean> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined); // the broker closes the channel when the queue is locked
  try {
    await channel.assertQueue(name, { exclusive: true, durable: false });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === resourceLocked) return false;
    throw error;
  }
}

async function open(url: string): Promise<ChannelModel> {
  const clientProperties = { connection_name: 'queues' };
  try {
    const connection = await connect(url, { noDelay: true, timeout: connectTimeoutMs, clientProperties });
    connection.on('error', () => undefined); // closes the channel too, where it is handled
    return connection;
  } catch (error) {
    const { host } = new URL(url); // without the password
    throw new ExpectedError(`RabbitMQ does not answer at ${host}: ${messageOf(error)}`);
  }
}
