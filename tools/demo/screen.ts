import { styleText } from 'node:util';
import { printLines, table } from '../cli/output';

type Style = Parameters<typeof styleText>[0];

/** Colours only at a terminal. */
export const paint = (style: Style, text: string): string => (process.stdout.isTTY ? styleText(style, text) : text);

export const print = (line = ''): void => printLines([line]);

export const heading = (title: string, explanation = ''): void =>
  print(`\n${paint('bold', title)}${explanation && paint('dim', `  ${explanation}`)}`);

/** One action of the demo and its outcome: an HTTP status or a word. */
export function printStep(what: string, request: string, outcome: string, ms: number): void {
  const style = /^[45]/.test(outcome) ? 'yellow' : 'green';
  const took = `${ms.toFixed(0)} ms`.padStart(8);
  print(`  ${what.padEnd(30)} ${paint('cyan', request.padEnd(34))} ${paint(style, outcome)} ${paint('dim', took)}`);
}

/** A detail of the step above. */
export const printDetail = (text: string): void => print(`    ${paint('dim', `-> ${text}`)}`);

export type Cell = string | number | boolean | Date | null | undefined;

export function printTable(columns: string[], rows: Cell[][]): void {
  const [head = '', ...lines] = table([columns, ...rows.map((row) => row.map(shown))]);
  printLines([`    ${paint('dim', head)}`, ...lines.map((line) => `    ${line}`)]);
}

/** `18:04:05.123`, UTC. */
export const timeOfDay = (at: Date): string => at.toISOString().slice(11, 23);

/** An id's first digits are enough to tell the rows apart. */
export const shortened = (text: string): string =>
  text.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '$1');

const shown = (cell: Cell) => (cell instanceof Date ? timeOfDay(cell) : shortened(String(cell ?? '-')));
