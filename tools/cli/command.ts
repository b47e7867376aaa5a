/** How a tool defines its command: shared options, one way to report errors and exit codes. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ConfigError } from '../../lib/config/config';
import { ExpectedError, printError } from './output';

export const exitCodes = { fine: 0, failed: 1, badArguments: 2, interrupted: 130 } as const;

/** Wraps the work of a command's action; what it resolves to is the exit code. */
export type Run = (work: Promise<number>) => Promise<void>;

/**
 * Makes a tool's `main`, which parses its arguments and resolves to the exit code. ExpectedError and ConfigError are printed; every other
 * error is a bug and rejects.
 */
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
      if (error instanceof ConfigError) return fail(error, exitCodes.badArguments);
      if (error instanceof ExpectedError) return fail(error, exitCodes.failed);
      throw error;
    }
  };
}

function fail(error: Error, exitCode: number): number {
  printError(error.message);
  return exitCode;
}

/** A command, as its help shows it: `npm run <name>`. Add options and an action to it. */
export const createCommand = (name: string, description: string): Command =>
  new Command(`npm run ${name} --`).description(description).exitOverride();

/** Runs a tool that is started as a program of its own, and ends the process. */
export function runAsProgram(main: (args: string[]) => Promise<number>): void {
  main(process.argv.slice(2)).then(
    (code) => process.exit(code), // Timers and kept connections of libraries would hold the process.
    (error: unknown) => {
      console.error(error);
      process.exit(exitCodes.failed);
    },
  );
}

export const nameOption = (standard: string): Option =>
  new Option('--name <name>', 'which stack; each has its own state').default(standard);
export const yesOption = (): Option => new Option('--yes', 'install missing servers without asking');
export const jsonOption = (): Option => new Option('--json', 'for programs').default(false);
export const portBaseOption = (): Option =>
  new Option('--port-base <port>', 'count ports from this one instead of the usual ones').argParser(parsePortBase);

/** Throws InvalidArgumentError unless the text is a whole number from 0 on. */
export function parseWhole(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) {
    throw new InvalidArgumentError('It has to be a whole number.');
  }
  return value;
}

/** Throws InvalidArgumentError unless the text is a whole number from 1 on. */
export function parseCount(text: string): number {
  const value = parseWhole(text);
  if (value === 0) throw new InvalidArgumentError('It has to be at least 1.');
  return value;
}

/** Throws InvalidArgumentError unless the text is a number above 0. */
export function parsePositive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It has to be a number above 0.');
  return value;
}

/** Throws InvalidArgumentError unless the text is a number above 0 and at most 1. */
export function parseShare(text: string): number {
  const value = parsePositive(text);
  if (value > 1) throw new InvalidArgumentError('It has to be a number above 0 and at most 1.');
  return value;
}

/** The highest base above which a stack's ports still fit. */
const highestPortBase = 65_000;

function parsePortBase(text: string): number {
  const port = parseWhole(text);
  if (port < 1024 || port > highestPortBase) throw new InvalidArgumentError('It has to be from 1024 to 65000.');
  return port;
}
