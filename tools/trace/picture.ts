import { bar, svg, text } from '../bench/report/svg';
import { extentOf, type Section } from './rows';

const width = 1_180;
const labelWidth = 330;
const timeLeft = labelWidth + 20;
const timeWidth = width - timeLeft - 70; // behind a bar that reaches the end there is room for what it took
const rowHeight = 17;
const headHeight = 66;
const sectionHeight = 30;

/** One for each process, told apart also by those who see red and green alike. */
const colours: Record<string, string> = {
  'api-user': '#0f766e',
  'api-restaurant': '#5eead4',
  'api-delivery': '#0891b2',
  'worker-order': '#4f46e5',
  'worker-restaurant': '#f59e0b',
  'worker-delivery': '#db2777',
};
const otherColour = '#64748b';
const colourOf = (service: string): string => colours[service] ?? otherColour;

/** The traces on one axis of time, as an SVG image: a line a span, below whoever has asked for it. */
export function pictureOf(sections: readonly Section[]): string {
  const { start, end } = extentOf(sections);
  const x = (time: number): number => timeLeft + ((time - start) / (end - start)) * timeWidth;
  const height = headHeight + sections.reduce((sum, { rows }) => sum + sectionHeight + rows.length * rowHeight, 0) + 10;
  let y = headHeight;
  const body = sections.flatMap(({ title, rows }) => {
    y += sectionHeight;
    return [
      group('font-weight="bold"', text(12, y - 7, title, 'start')),
      ...rows.flatMap(({ span, depth }) => {
        y += rowHeight;
        const colour = colourOf(span.service);
        const shape = { x: x(span.start), y: y - 14, width: Math.max(x(span.end) - x(span.start), 1.5), height: 11 };
        const label = text(26 + depth * 14, y - 5, `${span.name}${span.links.length > 0 ? '  ↗' : ''}`, 'start');
        return [
          bar({ x: 14 + depth * 14, y: y - 13, width: 8, height: 8, colour }),
          span.failed ? group('fill="#b91c1c"', label) : label,
          bar({ ...shape, colour }),
          group('fill="#475569"', text(shape.x + shape.width + 4, y - 5, tookOf(span.end - span.start), 'start')),
        ];
      }),
    ];
  });
  return svg(width, height, [...legend(), ...axis(end - start, height), ...body]);
}

const tookOf = (ms: number): string => (ms < 9.95 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`);
const group = (style: string, content: string): string => `<g ${style}>${content}</g>`;

function legend(): string[] {
  return [
    ...Object.entries(colours).flatMap(([service, colour], i) => [
      bar({ x: 14 + i * 140, y: 14, width: 11, height: 11, colour }),
      text(30 + i * 140, 24, service, 'start'),
    ]),
    text(14 + 6 * 140, 24, '↗ is linked with another trace', 'start'),
  ];
}

/** A line down the picture at each round number of milliseconds. */
function axis(totalMs: number, height: number): string[] {
  const step = [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000].find((each) => totalMs / each <= 12) ?? 10_000;
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, i) => {
    const at = timeLeft + ((i * step) / totalMs) * timeWidth;
    const line = bar({ x: at, y: headHeight - 8, width: 0.6, height: height - headHeight, colour: '#cbd5e1' });
    return line + text(at, headHeight - 13, `${i * step} ms`, 'middle');
  });
}
