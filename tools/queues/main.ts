import type { Command } from 'commander';
import { createSignature } from '../../lib/broker/signature';
import { createCommand, createMain, jsonOption, nameOption, parseWhole, runAsProgram } from '../cli/command';
import { ExpectedError, printLines } from '../cli/output';
import { runningAddresses } from '../stack/control';
import { drop, parseQueueName, readLetters, redrive, type Selection } from '../broker/dead-letters';
import { detailLines, overviewLines, previewLines } from './lines';
import { overview, type BrokerAddresses } from './overview';

interface Flags {
  name: string;
  json: boolean;
  limit: number;
}

/** `npm run queues` (docs/dead-letters.md). */
export const main = createMain((run) => {
  const queues = createCommand('queues', 'show the queues and their dead letters, or put dead letters back')
    .addOption(nameOption('local'))
    .addOption(jsonOption())
    .option('--limit <count>', 'dead letters to show of each queue', parseWhole, 5)
    .action((flags: Flags) => run(showQueues(flags)));
  const subcommand = (name: string, description: string) =>
    queues.command(name).description(description).argument('<queue>', 'without ".dead"');

  subcommand('show', 'show dead letters in full')
    .option('--id <id>', 'only this one')
    .action((queue: string, { id }: { id?: string }, command: Command) =>
      run(showLetters(queue, id, command.optsWithGlobals<Flags>())),
    );
  subcommand('redrive', 'put dead letters back into their queue')
    .option('--id <id...>', 'these')
    .option('--all', 'all that are there', false)
    .action((queue: string, { id = [], all }: { id?: string[]; all: boolean }, command: Command) =>
      run(redriveLetters(queue, { ids: id, all }, command.optsWithGlobals<Flags>())),
    );
  subcommand('drop', 'delete a dead letter')
    .requiredOption('--id <id>', 'which')
    .option('--yes', 'delete it; without it, it is only shown', false)
    .action((queue: string, { id, yes }: { id: string; yes: boolean }, command: Command) =>
      run(dropLetter(queue, id, yes, command.optsWithGlobals<Flags>())),
    );
  return queues;
});

async function showQueues({ name, json, limit }: Flags): Promise<number> {
  const broker = await brokerOf(name);
  const rows = [];
  for (const row of await overview(broker)) {
    rows.push({ ...row, letters: row.dead > 0 ? await readLetters(broker.amqp, row.queue, 'all', limit) : [] });
  }
  if (json) return print([JSON.stringify({ queues: rows }, null, 2)]);
  const withDead = rows.filter(({ dead }) => dead > 0);
  return print([
    ...overviewLines(rows),
    ...withDead.flatMap(({ queue, dead, letters }) => [
      '',
      `Dead letters of ${queue}${letters.length < dead ? `, the oldest ${letters.length} of ${dead}` : ''}:`,
      ...letters.flatMap(previewLines),
    ]),
    ...(withDead.length > 0 ? ['', 'In full: npm run queues -- show <queue>; back: … redrive <queue> --all'] : []),
  ]);
}

async function showLetters(name: string, id: string | undefined, flags: Flags): Promise<number> {
  const queue = parseQueueName(name);
  const { amqp } = await brokerOf(flags.name);
  const letters = await (id === undefined
    ? readLetters(amqp, queue, 'all', flags.limit)
    : readLetters(amqp, queue, { ids: [id] }));
  if (flags.json) return print([JSON.stringify({ letters }, null, 2)]);
  return print(letters.length > 0 ? letters.flatMap(detailLines) : [`${queue} has no dead letters.`]);
}

async function redriveLetters(name: string, which: { ids: string[]; all: boolean }, flags: Flags): Promise<number> {
  const queue = parseQueueName(name);
  if (which.all === which.ids.length > 0) throw new ExpectedError('which ones? either --id <id>, or --all');
  const selection: Selection = which.all ? 'all' : which;
  const { amqp } = await brokerOf(flags.name);
  const secret = process.env.MESSAGE_SECRET;
  const redriven = await redrive(amqp, queue, selection, secret ? createSignature(secret) : undefined);
  return print([flags.json ? JSON.stringify({ redriven }) : `${redriven} put back into ${queue}.`]);
}

async function dropLetter(name: string, id: string, yes: boolean, flags: Flags): Promise<number> {
  const queue = parseQueueName(name);
  const { amqp } = await brokerOf(flags.name);
  const letters = await readLetters(amqp, queue, { ids: [id] });
  if (!flags.json) print(letters.flatMap(detailLines));
  if (!yes) throw new ExpectedError('nothing is deleted; with --yes it is');
  const dropped = await drop(amqp, queue, id);
  return print([flags.json ? JSON.stringify({ dropped, letters }, null, 2) : `${dropped} deleted from ${queue}.dead.`]);
}

function print(lines: string[]): number {
  printLines(lines);
  return 0;
}

/** The broker named by the environment, else the running stack's. */
async function brokerOf(name: string): Promise<BrokerAddresses> {
  const { RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL } = process.env;
  if (RABBITMQ_URL) return { amqp: RABBITMQ_URL, management: RABBITMQ_MANAGEMENT_URL || null };
  const addresses = await runningAddresses(name);
  if (!addresses) throw new ExpectedError(`the stack "${name}" does not run (npm start), and RABBITMQ_URL is not set`);
  return { amqp: addresses.rabbitmq, management: addresses.rabbitmqManagement };
}

if (require.main === module) runAsProgram(main);
