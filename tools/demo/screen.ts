import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours only at a terminal. */
export const paint = (style: Style, text: string): string => (process.stdout.isTTY ? styleText(style, text) : text);

export const print = (line = ''): void => void process.stdout.write(`${line}\n`);

export function heading(title: string, explanation = ''): void {
  print();
  print(paint('bold', title) + (explanation && paint('dim', `  ${explanation}`)));
}

/** One action of the demo and its outcome: an HTTP status or a word. */
export function printStep(what: string, request: string, outcome: string, ms: number): void {
  const style = /^[45]/.test(outcome) ? 'yellow' : 'green';
  const took = `${ms.toFixed(0)} ms`.padStart(8);
  print(`  ${what.padEnd(30)} ${paint('cyan', request.padEnd(34))} ${paint(style, outcome)} ${paint('dim', took)}`);
}

/** A detail of the step above. */
export const printSaid = (text: string): void => print(`    ${paint('dim', `-> ${text}`)}`);

export type Cell = string | number | boolean | Date | null | undefined;

/** Rows as an indented table; numbers are aligned right. */
export function printTable(columns: string[], rows: Cell[][]): void {
  const texts = rows.map((row) => row.map(shown));
  const widths = columns.map((column, at) => Math.max(column.length, ...texts.map((row) => row[at]?.length ?? 0)));
  const alignRight = columns.map((_, at) => rows.length > 0 && rows.every((row) => isNumber(row[at])));
  const line = (cells: string[]) =>
    cells
      .map((cell, at) => (alignRight[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  print(`    ${paint('dim', line(columns))}`);
  for (const row of texts) print(`    ${line(row)}`);
}

/** `18:04:05.123`, UTC. */
export const timeOfDay = (at: Date): string => at.toISOString().slice(11, 23);

/** The database returns decimals as text, to keep them exact. */
const isNumber = (cell: Cell): boolean => typeof cell === 'number' || /^\d+\.\d+$/.test(String(cell));

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function shown(cell: Cell): string {
  if (cell === null || cell === undefined) return '-';
  if (cell instanceof Date) return timeOfDay(cell);
  const text = String(cell);
  return uuid.test(text) ? text.slice(0, 8) : text; // enough to tell the rows apart
}
