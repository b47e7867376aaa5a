import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, Option, type Command } from 'commander';
import { pino } from 'pino';
import { nameOption, type Run } from '../../cli/command';
import { printLines } from '../../cli/output';
import { processNames } from '../addresses';
import { askStack } from '../control';
import { instanceNamed, logFileOf } from '../instance';
import { byTime, isAskedFor, readable, tailOf } from '../log-lines';

interface LogsFlags {
  name: string;
  follow: boolean;
  level?: string;
  id?: string;
  event?: string;
  json: boolean;
}

const POLL_MS = 200;

/** `npm run logs` and `npm run log-level`: the logs for a person's eyes, and how much is logged. */
export function addLogCommands(program: Command, run: Run): void {
  program
    .command('logs')
    .description('show the logs of our own processes, or of some parts, by time')
    .argument('[parts...]', 'as the status names them')
    .addOption(nameOption('local'))
    .addOption(new Option('--level <level>', 'only from this level on').choices(Object.keys(pino.levels.values)))
    .option('--id <id>', 'only about this order, workflow, request, trace or message')
    .option('--event <name>', 'only this event (docs/logging.md)')
    .option('--follow', 'go on with what comes, until Ctrl-C', false)
    .option('--json', 'as they are, for programs', false)
    .action((parts: string[], flags: LogsFlags) => run(showLogs(parts, flags)));
  program
    .command('log-level')
    .description('have our own processes log one level more, and after the last their own again')
    .addArgument(new Argument('<parts...>').choices(processNames)) // SIGUSR2 would end the servers
    .addOption(nameOption('local'))
    .action((parts: string[], flags: { name: string }) => run(stepLogLevel(parts, flags)));
}

/** Prints the logs of our own processes, or of the parts that are named, as one; 1 if there are none. Runs until Ctrl-C if it is to follow. */
async function showLogs(parts: string[], { name, level, id, event, ...flags }: LogsFlags): Promise<number> {
  const instance = instanceNamed(name);
  const files = (parts.length > 0 ? parts : processNames).map((part) => logFileOf(instance, part));
  const missing = files.filter((file) => !existsSync(file));
  if (parts.length > 0 ? missing.length > 0 : missing.length === files.length) {
    process.stderr.write(`There is no log ${missing.join(', ')}; the parts' names: npm run status\n`);
    return 1;
  }
  process.stdout.on('error', () => process.exit(0)); // `| head` has seen enough
  const filter = { minLevel: level === undefined ? 0 : (pino.levels.values[level] ?? 0), id, event };
  const show = flags.json ? ({ text }: { text: string }) => `${text}\n` : readable(process.stdout.isTTY);
  const tails = files.map(tailOf);
  const showNew = (): void => {
    const lines = tails.flatMap((tail) => tail()).filter((line) => isAskedFor(line, filter));
    for (const line of lines.sort(byTime)) process.stdout.write(show(line));
  };
  showNew();
  while (flags.follow) {
    await sleep(POLL_MS);
    showNew();
  }
  return 0;
}

/** Has parts of a running stack log a level more, as they do on SIGUSR2. Exits with 1 at the first that cannot. */
async function stepLogLevel(parts: string[], { name }: { name: string }): Promise<number> {
  const reply = await askStack(instanceNamed(name).socketPath, { command: 'status' });
  if (!reply?.ok) {
    process.stderr.write(`The stack "${name}" does not run: npm start\n`);
    return 1;
  }
  for (const part of parts) {
    const pid = reply.status.parts.find((each) => each.name === part)?.pid;
    if (!pid) {
      process.stderr.write(`The part ${part} does not run\n`);
      return 1;
    }
    process.kill(pid, 'SIGUSR2');
    printLines([`${part}: one level further, or back to its own after the last; its log says which (npm run logs)`]);
  }
  return 0;
}
