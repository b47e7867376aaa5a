import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, Option } from 'commander';
import { pino } from 'pino';
import { jsonOption, type AddCommand, type Run } from '../../cli/command';
import { ExpectedError, printLines } from '../../cli/output';
import { processNames } from '../addresses';
import { statusOf } from '../control';
import { instanceNamed, logFileOf } from '../instance';
import { byTime, matches, readable, tailOf } from '../log-lines';
import { notRunning } from './control';

interface LogsFlags {
  name: string;
  follow: boolean;
  level?: string;
  id?: string;
  event?: string;
  json: boolean;
}

export function addLogCommands(add: AddCommand, run: Run): void {
  add('logs', 'show the logs of our own processes, or of some parts, by time')
    .argument('[parts...]', 'as the status names them')
    .addOption(new Option('--level <level>', 'only this level and above').choices(Object.keys(pino.levels.values)))
    .option('--id <id>', 'only about this order, workflow, request, trace or message')
    .option('--event <name>', 'only this event (docs/logging.md)')
    .option('--follow', 'keep printing new lines, until Ctrl-C', false)
    .addOption(jsonOption())
    .action((parts: string[], flags: LogsFlags) => run(showLogs(parts, flags)));
  add('log-level', 'raise the log level of our own processes by one, or reset it after the last')
    .addArgument(new Argument('<parts...>').choices(processNames)) // SIGUSR2 would end the servers.
    .action((parts: string[], { name }: { name: string }) => run(stepLogLevel(parts, name)));
}

/** Prints the logs as one. Runs until Ctrl-C with `--follow`. Throws ExpectedError when a named part, or every part, has no log. */
async function showLogs(parts: string[], { name, level, id, event, follow, json }: LogsFlags): Promise<number> {
  const instance = instanceNamed(name);
  const files = (parts.length > 0 ? parts : processNames).map((part) => logFileOf(instance, part));
  const missing = files.filter((file) => !existsSync(file));
  if (parts.length > 0 ? missing.length > 0 : missing.length === files.length) {
    throw new ExpectedError(`There is no log ${missing.join(', ')}; the parts' names: npm run status`);
  }
  process.stdout.on('error', () => process.exit(0)); // `| head` has closed the pipe.
  const filter = { minLevel: pino.levels.values[level ?? ''] ?? 0, id, event };
  const show = json ? ({ text }: { text: string }) => `${text}\n` : readable(process.stdout.isTTY);
  const tails = files.map(tailOf);
  const showNew = (): void => {
    const lines = tails.flatMap((tail) => tail()).filter((line) => matches(line, filter));
    for (const line of lines.sort(byTime)) process.stdout.write(show(line));
  };
  showNew();
  while (follow) {
    await sleep(200);
    showNew();
  }
  return 0;
}

/** Throws ExpectedError at the first part that does not run. */
async function stepLogLevel(parts: string[], name: string): Promise<number> {
  const status = await statusOf(name);
  if (!status) throw new ExpectedError(notRunning(name));
  for (const part of parts) {
    const pid = status.parts.find((each) => each.name === part)?.pid;
    if (!pid) throw new ExpectedError(`The part ${part} is not running`);
    process.kill(pid, 'SIGUSR2');
    printLines([`${part}: one level up, or back to the configured one; its log shows which (npm run logs)`]);
  }
  return 0;
}
