import { styleText } from 'node:util';
import { printLines, table } from '../cli/output';

export const print = (line = ''): void => printLines([line]);

export const dim = (text: string): string => styleText('dim', text);

export const heading = (title: string, explanation = ''): void =>
  print(`\n${styleText('bold', title)}${explanation && dim(`  ${explanation}`)}`);

/** One action of the demo and its outcome: an HTTP status or a word. */
export function printStep(what: string, request: string, outcome: string, ms: number): void {
  const style = /^[45]/.test(outcome) ? 'yellow' : 'green';
  const ended = `${styleText(style, outcome.padEnd(7))} ${dim(`${ms.toFixed(0)} ms`.padStart(8))}`;
  print(`  ${what.padEnd(30)} ${styleText('cyan', request.padEnd(34))} ${ended}`);
}

/** A detail of the step above. */
export const printDetail = (text: string): void => print(`    ${dim(`-> ${text}`)}`);

export type Row = Record<string, string | number | boolean | Date | null>;

/** Below the names of the first row's columns. */
export function printTable(rows: Row[]): void {
  const cells = rows.map((row) => Object.values(row).map(shown));
  const [head = '', ...lines] = table([Object.keys(rows[0] ?? {}), ...cells]);
  printLines([`    ${dim(head)}`, ...lines.map((line) => `    ${line}`)]);
}

/** `18:04:05.123`, UTC. */
export const timeOfDay = (at: Date): string => at.toISOString().slice(11, 23);

/** An id's first digits are enough to tell the rows apart. */
export const shortened = (text: string): string =>
  text.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '$1');

const shown = (cell: Row[string]) => (cell instanceof Date ? timeOfDay(cell) : shortened(String(cell ?? '-')));
