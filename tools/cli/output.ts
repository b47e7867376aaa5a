/** What tools print: results on standard output, everything else on standard error. */

/** The result of a command, a line each. */
export function printLines(lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Progress, with the time of day. */
export function say(line: string): void {
  process.stderr.write(`${new Date().toLocaleTimeString('en-GB')}  ${line}\n`);
}

export function printError(message: string): void {
  process.stderr.write(`${message}\n`);
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
  const texts = rows.map((row) => row.map((cell) => String(cell ?? missing)));
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
