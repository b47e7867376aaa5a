import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Channel, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { deadQueue } from '../../contracts/names';
import { declareTopology } from '../../lib/broker/topology';
import { ExpectedError } from '../cli/output';

/** Thrown with a message for the person at the terminal. */
export class QueueProblem extends ExpectedError {
  override readonly name = 'QueueProblem';
}

const connectLimitMs = 10_000;
/** Longer than another command needs for some thousands of dead letters. */
const claimLimitMs = 30_000;
const claimPollMs = 100;
const resourceLocked = 405;

/**
 * Runs the work on a channel of its own. What it has taken from a queue and not acknowledged goes back when it ends, however it
 * ends. Throws QueueProblem when the broker does not answer, or goes away meanwhile.
 */
export async function onBroker<T>(
  url: string,
  work: (channel: ConfirmChannel, model: ChannelModel) => Promise<T>,
): Promise<T> {
  const model = await open(url);
  try {
    const channel = await model.createConfirmChannel();
    const lost = new Promise<never>((_, reject) => {
      const fail = (why: unknown) =>
        reject(new QueueProblem(`lost RabbitMQ meanwhile; nothing is lost, run it again (${String(why)})`));
      channel.on('error', fail);
      channel.on('close', () => fail('the channel was closed'));
    });
    lost.catch(() => undefined); // also rejects at the end, when nobody waits for it any more
    const result = await Promise.race([declareTopology(channel).then(() => work(channel, model)), lost]);
    await channel.close(); // what has been acknowledged is on its way out before
    return result;
  } finally {
    await close(model);
  }
}

/** Waits until nobody else looks into the dead letters of this queue, and keeps others away until the connection ends. */
export async function claimDeadLetters(model: ChannelModel, queue: string): Promise<void> {
  // An exclusive queue belongs to one connection and ends with it, also when the process is killed.
  const lock = `${deadQueue(queue)}.lock`;
  const giveUpAt = Date.now() + claimLimitMs;
  while (!(await isDeclared(await model.createChannel(), lock))) {
    if (Date.now() > giveUpAt) throw new QueueProblem(`another command is at work on the dead letters of ${queue}`);
    await sleep(claimPollMs);
  }
}

async function isDeclared(channel: Channel, lock: string): Promise<boolean> {
  channel.on('error', () => undefined); // the broker closes the channel of whoever comes second
  try {
    await channel.assertQueue(lock, { exclusive: true, durable: false });
    return true;
  } catch (err) {
    if ((err as { code?: number }).code === resourceLocked) return false;
    throw err;
  }
}

async function open(url: string): Promise<ChannelModel> {
  try {
    const model = await connect(url, {
      noDelay: true,
      timeout: connectLimitMs,
      clientProperties: { connection_name: 'queues' },
    });
    model.on('error', () => undefined); // the channel closes too, which is what is listened for
    return model;
  } catch (err) {
    const { host } = new URL(url); // without the password
    throw new QueueProblem(`RabbitMQ does not answer at ${host}: ${err instanceof Error ? err.message : String(err)}`);
  }
}

/** A connection that is gone has nothing left to close. */
async function close(model: ChannelModel): Promise<void> {
  try {
    await model.close();
  } catch {
    return;
  }
}
