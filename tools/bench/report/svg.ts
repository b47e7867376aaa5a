/** The few shapes that the chart is made of. Coordinates in pixels, from the top left. */

export const svg = (width: number, height: number, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');

/** A titled group, `y` down from the top. */
export const panel = (y: number, title: string, content: string): string =>
  `<g transform="translate(0 ${y})"><text x="20" y="28" font-size="15" font-weight="bold">${escaped(title)}</text>${content}</g>`;

export const text = (x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(content)}</text>`;

export const bar = (shape: { x: number; y: number; width: number; height: number; colour: string }): string =>
  `<rect x="${shape.x.toFixed(1)}" y="${shape.y.toFixed(1)}" width="${shape.width.toFixed(1)}" height="${shape.height.toFixed(1)}" fill="${shape.colour}"/>`;

const escaped = (content: string): string => content.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
