/**
 * How a tool defines its command, and what it prints: results on standard output, everything else on standard error. What people and other
 * programs have written must not control the terminal: every text is escaped here.
 */
import { inspect } from 'node:util';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { escaped } from '../../contracts/texts';
import { ConfigError } from '../../lib/config/config';

export function printLines(lines: string[]): void {
  process.stdout.write(escaped(`${lines.join('\n')}\n`, 'lines'));
}

/** Progress, with the time of day. */
export function say(line: string): void {
  printError(`${new Date().toLocaleTimeString('en-GB')}  ${line}`);
}

export function printError(message: string): void {
  process.stderr.write(escaped(`${message}\n`, 'lines'));
}

/** An error that the person at the terminal can act on: printed as one message, without a stack trace. */
export class ExpectedError extends Error {
  override readonly name: string = 'ExpectedError';
}

/** A cell of a table; null is shown as a dash. */
export type Cell = string | number | null | undefined;

const missing = '-';
const isNumber = (text: string): boolean => /^\d+(\.\d+)?( [a-zA-Z]{1,2})?$/.test(text);
const areNumbers = (texts: string[]): boolean =>
  texts.some(isNumber) && texts.every((text) => text === missing || isNumber(text));

/** Rows as lines with aligned columns, two spaces apart. The first row is the head; numbers below it are aligned to the right. */
export function table(rows: Cell[][]): string[] {
  const texts = rows.map((row) => row.map((cell) => escaped(String(cell ?? missing), 'line')));
  const pads = (texts[0] ?? []).map((_, column) => {
    const width = Math.max(...texts.map((row) => row[column]?.length ?? 0));
    const isRight = areNumbers(texts.slice(1).map((row) => row[column] ?? missing));
    return (text: string) => (isRight ? text.padStart(width) : text.padEnd(width));
  });
  return texts.map((row) =>
    row
      .map((text, column) => pads[column]?.(text) ?? text)
      .join('  ')
      .trimEnd(),
  );
}

/** The error's message, followed by those of its causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message + (error.cause === undefined ? '' : ` (${messageOf(error.cause)})`);
}

export const exitCodes = { fine: 0, failed: 1, badArguments: 2, interrupted: 130 } as const;

/** Wraps the work of a command's action; what it resolves to is the exit code. */
export type Run = (work: Promise<number>) => Promise<void>;

export type AddCommand = (name: string, description: string) => Command;

/** A tool's `main`, which resolves to the exit code. ExpectedError and ConfigError are printed; every other error is a bug and rejects. */
export function createMain(define: (run: Run) => Command): (args: string[]) => Promise<number> {
  return async (args) => {
    let exitCode: number = exitCodes.fine;
    const command = define((work) => work.then((code) => void (exitCode = code)));
    try {
      await command.parseAsync(args, { from: 'user' });
      return exitCode;
    } catch (error) {
      // Commander has printed its message already, or the help that was requested.
      if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.badArguments;
      if (!(error instanceof ConfigError || error instanceof ExpectedError)) throw error;
      printError(error.message);
      return error instanceof ConfigError ? exitCodes.badArguments : exitCodes.failed;
    }
  };
}

/** A command, as its help shows it: `npm run <name>`. Add options and an action to it. */
export const createCommand = (name: string, description: string): Command =>
  new Command(`npm run ${name} --`).description(description).exitOverride();

/** A command that works on a system of its own. */
export const createFreshCommand = (name: string, description: string): Command =>
  createCommand(name, description).addOption(nameOption(name)).addOption(yesOption());

/** Runs a tool that is started as a program of its own, and ends the process. */
export function runAsProgram(main: (args: string[]) => Promise<number>): void {
  main(process.argv.slice(2)).then(
    (code) => process.exit(code), // Timers and kept connections of libraries would hold the process.
    (error: unknown) => {
      printError(inspect(error));
      process.exit(exitCodes.failed);
    },
  );
}

export const nameOption = (standard: string): Option =>
  new Option('--name <name>', 'which stack; each has its own state').default(standard);
export const yesOption = (): Option => new Option('--yes', 'install missing servers without asking').default(false);
export const jsonOption = (): Option => new Option('--json', 'for programs').default(false);
export const portBaseOption = (): Option =>
  new Option('--port-base <port>', 'count ports from this one')
    .default('well-known', 'the well-known ports')
    .argParser(parsePortBase);

/** A parser of numbers that satisfy the rule. It throws InvalidArgumentError for any other text. */
const numberParser =
  (rule: string, holds: (value: number) => boolean) =>
  (text: string): number => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (!holds(value)) throw new InvalidArgumentError(`It has to be ${rule}.`);
    return value;
  };
const wholeFrom = (least: number) => (value: number) => Number.isInteger(value) && value >= least;

export const parseWhole = numberParser('a whole number', wholeFrom(0));
export const parseCount = numberParser('a whole number of at least 1', wholeFrom(1));
export const parsePositive = numberParser('a number above 0', (value) => value > 0);
export const parseShare = numberParser('a number above 0 and at most 1', (value) => value > 0 && value <= 1);
/** The highest base leaves room for all ports of a stack. */
const parsePortBase = numberParser(
  'a whole number from 1024 to 65000',
  (value) => wholeFrom(1_024)(value) && value <= 65_000,
);
