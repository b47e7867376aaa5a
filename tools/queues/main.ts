import type { Command } from 'commander';
import { deadQueue, queues, retryQueue, type QueueName } from '../../contracts/names';
import { escaped } from '../../contracts/texts';
import { createSignature } from '../../lib/broker/signature';
import { withSecrets } from '../../lib/config/config';
import { withBroker } from '../broker/broker';
import { drop, readLetters, redrive, type DeadLetter, type Selection } from '../broker/dead-letters';
import { listQueues } from '../broker/management';
import {
  ExpectedError,
  createCommand,
  createMain,
  exitCodes,
  jsonOption,
  nameOption,
  parseWhole,
  printLines,
  runAsProgram,
  table,
} from '../cli/cli';
import { statusOf } from '../stack/control';

export interface BrokerAddresses {
  amqp: string;
  /** Null when unknown: some numbers are then missing. */
  management: string | null;
}

/** Messages in our queues. Null where only the management interface knows and does not answer. Throws ExpectedError without the broker. */
export async function overview({ amqp, management }: BrokerAddresses) {
  const listed = management === null ? [] : await listQueues(management, vhostOf(amqp)).catch(() => []);
  const find = (name: string) => listed.find((each) => each.name === name);
  return withBroker(amqp, async (channel) => {
    const rows = [];
    for (const queue of Object.values(queues)) {
      const { messageCount, consumerCount } = await channel.checkQueue(queue);
      rows.push({
        queue,
        waiting: messageCount,
        /** Delivered to a consumer, not acknowledged yet. */
        inFlight: find(queue)?.messages_unacknowledged ?? null,
        retrying: find(retryQueue(queue))?.messages ?? null,
        consumers: consumerCount,
        dead: (await channel.checkQueue(deadQueue(queue))).messageCount,
      });
    }
    return rows;
  });
}

function vhostOf(url: string): string {
  const { pathname } = new URL(url);
  return pathname ? decodeURIComponent(pathname.slice(1)) : '/';
}

const previewLength = 100;
const preview = (text: string): string => escaped(text, 'line').slice(0, previewLength);

function previewLines(letter: DeadLetter): string[] {
  return [
    `  ${letter.id}  died ${preview(letter.diedAt ?? 'at an unknown time')} after ${letter.attempts} attempt(s)`,
    `    why   ${preview(letter.reason ?? 'unknown')}`,
    `    body  ${preview(bodyText(letter.body))}`,
  ];
}

/** Everything that is known of a dead letter, by the names that `--json` uses. */
function detailLines({ id, body, ...fields }: DeadLetter): string[] {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const rows = Object.entries(fields).map(([name, value]) => [`  ${name}`, value === null ? null : text(value)]);
  return [id, ...table([...rows, ['  body', bodyText(body)]])];
}

const bodyText = (body: DeadLetter['body']): string => ('text' in body ? body.text : `base64 ${body.base64}`);

interface Flags {
  name: string;
  json: boolean;
  limit: number;
}

type Work<Options> = (queue: QueueName, flags: Flags & Options) => Promise<string[]>;

/** `npm run queues` (docs/dead-letters.md). */
export const main = createMain((run) => {
  const command = createCommand('queues', 'show the queues and their dead letters, or put dead letters back')
    .addOption(nameOption('local'))
    .addOption(jsonOption())
    .option('--limit <count>', 'dead letters to show of each queue', parseWhole, 5)
    .action((flags: Flags) => run(print(showQueues(flags))));
  const subcommand = <Options>(name: string, description: string, work: Work<Options>) =>
    command
      .command(name)
      .description(description)
      .argument('<queue>', 'without ".dead"')
      .action((queue: string, _: Options, self: Command) =>
        run(print(work(parseQueueName(queue), self.optsWithGlobals()))),
      );
  subcommand('show', 'show dead letters in full', showLetters).option('--id <id>', 'only this one');
  subcommand('redrive', 'put dead letters back into their queue', redriveLetters)
    .option('--id <id...>', 'these')
    .option('--all', 'all that are there, but unsigned ones', false)
    .option('--unsigned', 'those named, though their signature was refused: somebody may have forged them', false);
  subcommand('drop', 'delete a dead letter', dropLetter)
    .requiredOption('--id <id>', 'which')
    .option('--yes', 'delete it; without it, it is only shown', false);
  return command;
});

async function showQueues({ name, json, limit }: Flags): Promise<string[]> {
  const broker = await brokerOf(name);
  const rows = [];
  for (const row of await overview(broker)) {
    rows.push({ ...row, letters: row.dead > 0 ? await readLetters(broker.amqp, row.queue, 'all', limit) : [] });
  }
  if (json) return [JSON.stringify({ queues: rows }, null, 2)];
  const withDead = rows.filter(({ dead }) => dead > 0);
  return [
    ...table([
      ['QUEUE', 'WAITING', 'IN FLIGHT', 'RETRYING', 'CONSUMERS', 'DEAD'],
      ...rows.map((row) => [row.queue, row.waiting, row.inFlight, row.retrying, row.consumers, row.dead]),
    ]),
    ...withDead.flatMap(({ queue, dead, letters }) => [
      '',
      `Dead letters of ${queue}${letters.length < dead ? `, the oldest ${letters.length} of ${dead}` : ''}:`,
      ...letters.flatMap(previewLines),
    ]),
    ...(withDead.length > 0 ? ['', 'In full: npm run queues -- show <queue>; back: … redrive <queue> --all'] : []),
  ];
}

async function showLetters(queue: QueueName, { name, json, limit, id }: Flags & { id?: string }): Promise<string[]> {
  const { amqp } = await brokerOf(name);
  const which: [Selection, number?] = id === undefined ? ['all', limit] : [{ ids: [id] }];
  const letters = await readLetters(amqp, queue, ...which);
  if (json) return [JSON.stringify({ letters }, null, 2)];
  return letters.length > 0 ? letters.flatMap(detailLines) : [`${queue} has no dead letters.`];
}

async function redriveLetters(queue: QueueName, options: Flags & { id?: string[]; all: boolean; unsigned: boolean }) {
  const { id: ids = [], all, unsigned, ...flags } = options;
  if (all === ids.length > 0) throw new ExpectedError('which ones? either --id <id>, or --all');
  if (all && unsigned)
    throw new ExpectedError('unsigned ones only by name: --id <id> --unsigned, once you know who sent them');
  const { amqp } = await brokerOf(flags.name);
  const secret = withSecrets(process.env).MESSAGE_SECRET;
  const signature = secret ? createSignature(secret) : undefined;
  const done = await redrive(amqp, queue, all ? 'all' : { ids }, { signature, unsigned });
  if (flags.json) return [JSON.stringify(done)];
  const left = `${done.unsigned} stay: their signature was refused. If you know who sent them: --id <id> --unsigned`;
  return [`${done.redriven} put back into ${queue}.`, ...(done.unsigned > 0 ? [left] : [])];
}

async function dropLetter(queue: QueueName, { id, yes, ...flags }: Flags & { id: string; yes: boolean }) {
  const { amqp } = await brokerOf(flags.name);
  const letters = await readLetters(amqp, queue, { ids: [id] });
  if (!flags.json) printLines(letters.flatMap(detailLines));
  if (!yes) throw new ExpectedError('nothing is deleted; with --yes it is');
  const dropped = await drop(amqp, queue, id);
  return [flags.json ? JSON.stringify({ dropped, letters }, null, 2) : `${dropped} deleted from ${queue}.dead.`];
}

/** Throws ExpectedError for a name that is not one of the platform's queues. */
function parseQueueName(name: string): QueueName {
  const names = Object.values(queues);
  const queue = names.find((each) => each === name);
  if (!queue) throw new ExpectedError(`there is no queue "${name}"; the queues are ${names.join(', ')}`);
  return queue;
}

async function print(lines: Promise<string[]>): Promise<number> {
  printLines(await lines);
  return exitCodes.fine;
}

/** The broker named by the environment, else the running stack's. */
async function brokerOf(name: string): Promise<BrokerAddresses> {
  const { RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL } = withSecrets(process.env);
  if (RABBITMQ_URL) return { amqp: RABBITMQ_URL, management: RABBITMQ_MANAGEMENT_URL || null };
  const addresses = (await statusOf(name))?.addresses;
  if (!addresses) throw new ExpectedError(`the stack "${name}" does not run (npm start), and RABBITMQ_URL is not set`);
  return { amqp: addresses.rabbitmq, management: addresses.rabbitmqManagement };
}

if (require.main === module) runAsProgram(main);
