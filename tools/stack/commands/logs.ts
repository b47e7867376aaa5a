import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, Option } from 'commander';
import { pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { escaped } from '../../../contracts/texts';
import { ExpectedError, jsonOption, printLines, type AddCommand, type Run } from '../../cli/cli';
import { processNames } from '../addresses';
import { statusOf } from '../control';
import { instanceNamed, logFileOf } from '../instance';
import { notRunning } from './control';

/** A line of a part's log. A line that is not JSON, as of most servers, has a text only. */
export interface LogLine {
  /** ISO 8601. A text has the time of the line before it, which is empty at the beginning. */
  time: string;
  text: string;
  fields: Record<string, unknown> | undefined;
}

export interface LogFilter {
  /** pino's number of the lowest level. */
  minLevel: number;
  /** The id of an order, a workflow, a request, a trace or a message. */
  id?: string | undefined;
  event?: string | undefined;
}

const idFields = ['order_id', 'workflow_id', 'request_id', 'trace_id', 'message_id'];

/** Whether a line passes the filter. A text does only when nothing is filtered, because it has no fields. */
export function matches({ fields }: LogLine, { minLevel, id, event }: LogFilter): boolean {
  if (!fields) return id === undefined && event === undefined && minLevel === 0;
  if (Number(fields['level']) < minLevel) return false;
  if (event !== undefined && fields['event'] !== event) return false;
  return id === undefined || idFields.some((name) => fields[name] === id);
}

export function parseLines(text: string, since = ''): LogLine[] {
  let time = since;
  return text.split('\n').map((line) => {
    const fields = parse(line);
    if (typeof fields?.['time'] === 'string') time = fields['time'];
    return { time, text: line, fields };
  });
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

export const byTime = (a: LogLine, b: LogLine): number => (a.time < b.time ? -1 : Number(a.time > b.time));

/** Each call returns the complete lines that a file has got since the last call. */
export function tailOf(file: string): () => LogLine[] {
  let offset = 0;
  let lastTime = '';
  return () => {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < offset) offset = 0; // Another run has started the file again.
    const added = readFrom(file, offset, size - offset);
    const end = added.lastIndexOf('\n');
    if (end < 0) return [];
    offset += end + 1;
    const lines = parseLines(added.toString('utf8', 0, end), lastTime);
    lastTime = lines.at(-1)?.time ?? lastTime;
    return lines;
  };
}

function readFrom(file: string, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (length === 0) return bytes;
  const descriptor = openSync(file, 'r');
  try {
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
  } finally {
    closeSync(descriptor);
  }
}

/** A line for a person: time of day, level, part, message and the remaining fields. Its texts are escaped, the colours are not. */
export function readable(colorize: boolean): (line: LogLine) => string {
  const pretty = prettyFactory({
    colorize,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'workflow_id,run_id,workflow_type,task_queue,sdk_component', // Noise beside an order's id.
  });
  return ({ fields, text }) => (fields ? String(pretty(printable(fields))) : `${escaped(text, 'lines')}\n`);
}

/** A copy whose texts control no terminal; a stack keeps its lines. */
const printable = (fields: object): object =>
  JSON.parse(JSON.stringify(fields), (_, value: unknown) =>
    typeof value === 'string' ? escaped(value, 'lines') : value,
  ) as object;

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
    .argument('[parts...]', 'as the status names them; - for lines from standard input')
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
  process.stdout.on('error', () => process.exit(0)); // `| head` has closed the pipe.
  const filter = { minLevel: pino.levels.values[level ?? ''] ?? 0, id, event };
  const show = json ? ({ text }: { text: string }) => `${escaped(text, 'lines')}\n` : readable(process.stdout.isTTY);
  const print = (lines: LogLine[]): void => {
    for (const line of lines.filter((each) => matches(each, filter)).sort(byTime)) process.stdout.write(show(line));
  };
  if (parts.includes('-')) {
    await printInput(print, follow);
    return 0;
  }
  const instance = instanceNamed(name);
  const files = (parts.length > 0 ? parts : processNames).map((part) => logFileOf(instance, part));
  const missing = files.filter((file) => !existsSync(file));
  if (parts.length > 0 ? missing.length > 0 : missing.length === files.length) {
    throw new ExpectedError(`There is no log ${missing.join(', ')}; the parts' names: npm run status`);
  }
  const tails = files.map(tailOf);
  const showNew = (): void => print(tails.flatMap((tail) => tail()));
  showNew();
  while (follow) {
    await sleep(200);
    showNew();
  }
  return 0;
}

/** Standard input, to its end: line by line as they come, or all by time. */
async function printInput(print: (lines: LogLine[]) => void, follow: boolean): Promise<void> {
  const texts: string[] = [];
  for await (const text of createInterface({ input: process.stdin })) {
    if (follow) print(parseLines(text));
    else texts.push(text);
  }
  if (texts.length > 0) print(parseLines(texts.join('\n')));
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
