import { table } from '../cli/output';
import { extentOf, type Section } from './rows';

const bars = 60;

/** The traces as lines of text: who, what, from when on, for how long. */
export function waterfall(sections: readonly Section[]): string[] {
  const { start, end } = extentOf(sections);
  const column = (time: number): number => Math.floor(((time - start) / (end - start)) * (bars - 1));
  const lines = sections.flatMap(({ title, rows }) => [
    [],
    [title],
    ...rows.map(({ span, depth }) => {
      const from = column(span.start);
      const bar = ' '.repeat(from) + '█'.repeat(Math.max(1, column(span.end) - from));
      const took = `${(span.end - span.start).toFixed(1)} ms`;
      return [`${'  '.repeat(depth + 1)}${span.name}`, span.service, bar.padEnd(bars), took.padStart(9)];
    }),
  ]);
  return table(lines);
}
