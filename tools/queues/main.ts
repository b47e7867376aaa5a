import type { Command } from 'commander';
import { createSignature } from '../../lib/broker/signature';
import { createCommand, createMain, jsonOption, nameOption, parseWhole, runAsProgram } from '../cli/command';
import { printLines } from '../cli/output';
import { runningAddresses } from '../stack/running-system';
import { QueueProblem } from './broker';
import { drop, queueNamed, readLetters, redrive } from './dead-letters';
import { overview, type BrokerAddresses } from './overview';
import { detailLines, overviewLines, previewLines } from './screen';

interface Flags {
  name: string;
  json: boolean;
  limit: number;
}

/** `npm run queues`: what waits in the broker's queues, and what to do about their dead letters. */
export const main = createMain((run) => {
  const all = createCommand('queues', 'show the queues and their dead letters, or put dead letters back')
    .addOption(nameOption('local'))
    .addOption(jsonOption())
    .option('--limit <count>', 'at most so many dead letters of each queue', parseWhole, 5)
    .action((flags: Flags) => run(showQueues(flags)));
  const queues = (spec: string, description: string) =>
    all.command(spec).description(description).argument('<queue>', 'without ".dead"');

  queues('show', 'show dead letters with all that is known of them')
    .option('--id <id>', 'only this one')
    .action((queue: string, { id }: { id?: string }, command: Command) =>
      run(showLetters(queue, id, command.optsWithGlobals<Flags>())),
    );
  queues('redrive', 'put dead letters back into their queue')
    .option('--id <id...>', 'these')
    .option('--all', 'all that are there', false)
    .action((queue: string, { id, all }: { id?: string[]; all: boolean }, command: Command) =>
      run(redriveLetters(queue, { ids: id ?? [], all }, command.optsWithGlobals<Flags>())),
    );
  queues('drop', 'delete a dead letter for good')
    .requiredOption('--id <id>', 'which')
    .option('--yes', 'really; without it, it is only shown', false)
    .action((queue: string, { id, yes }: { id: string; yes: boolean }, command: Command) =>
      run(dropLetter(queue, id, yes, command.optsWithGlobals<Flags>())),
    );
  return all;
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

async function showLetters(queue: string, id: string | undefined, { name, json, limit }: Flags): Promise<number> {
  const known = queueNamed(queue);
  const { amqp } = await brokerOf(name);
  const letters = await (id === undefined
    ? readLetters(amqp, known, 'all', limit)
    : readLetters(amqp, known, { ids: [id] }));
  if (json) return print([JSON.stringify({ letters }, null, 2)]);
  return print(letters.length > 0 ? letters.flatMap(detailLines) : [`${queue} has no dead letters.`]);
}

async function redriveLetters(queue: string, which: { ids: string[]; all: boolean }, flags: Flags): Promise<number> {
  const known = queueNamed(queue);
  if (which.all === which.ids.length > 0) throw new QueueProblem('which ones? either --id <id>, or --all');
  const { amqp } = await brokerOf(flags.name);
  const secret = process.env.MESSAGE_SECRET;
  const redriven = await redrive(amqp, known, which.all ? 'all' : which, secret ? createSignature(secret) : undefined);
  return print([flags.json ? JSON.stringify({ redriven }) : `${redriven} put back into ${queue}.`]);
}

async function dropLetter(queue: string, id: string, yes: boolean, { name, json }: Flags): Promise<number> {
  const known = queueNamed(queue);
  const { amqp } = await brokerOf(name);
  const letters = await readLetters(amqp, known, { ids: [id] });
  if (!json) print(letters.flatMap(detailLines));
  if (!yes) throw new QueueProblem('nothing is deleted; with --yes it is');
  const dropped = await drop(amqp, known, id);
  return print([json ? JSON.stringify({ dropped, letters }, null, 2) : `${dropped} deleted from ${queue}.dead.`]);
}

function print(lines: string[]): number {
  printLines(lines);
  return 0;
}

/** The broker that the environment names, else that of the running stack. */
async function brokerOf(name: string): Promise<BrokerAddresses> {
  const { RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL } = process.env;
  if (RABBITMQ_URL) return { amqp: RABBITMQ_URL, management: RABBITMQ_MANAGEMENT_URL || null };
  const addresses = await runningAddresses(name);
  if (!addresses) throw new QueueProblem(`the stack "${name}" does not run (npm start), and RABBITMQ_URL is not set`);
  return { amqp: addresses.rabbitmq, management: addresses.rabbitmqManagement };
}

if (require.main === module) runAsProgram(main);
