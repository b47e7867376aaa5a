/** docs/logging.md has each event that our programs log, with its level. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sectionOf } from './fixtures/table';

const root = path.resolve(__dirname, '../..');
/** `- \`event\` level: what it means`. */
const entries = sectionOf(path.join(root, 'docs/logging.md'), 'Events').join('\n');
const described = new Map(
  [...entries.matchAll(/^- `(?<event>[^`]+)` (?<level>[^:]+):/gm)].map(([, event = '', level = '']) => [event, level]),
);

/** Of our programs, without their tests, what is generated, and the documents' examples, which have events of an order's course. */
const sources = ['lib', 'api', 'workers', 'workflows', 'activities', 'prisma', 'tools/codec-server'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|generated|openapi/.test(file))
    .map((file) => ({ file: path.join(folder, file), text: readFileSync(path.join(root, folder, file), 'utf8') })),
);
const found = (pattern: RegExp) =>
  sources.flatMap(({ file, text }) =>
    [...text.matchAll(pattern)].map(({ groups: { level = '', event = '' } = {} }) => ({ file, level, event })),
  );

/** `log.warn({ event: '…'`, and in a workflow `log.warn('…', { event: '…'`. */
const written = [
  ...found(/\blog\??\.(?<level>\w+)\(\s*\{\s*event: '(?<event>[^']+)'/g),
  ...found(/\blog\.(?<level>\w+)\('[^']*', \{ event: '(?<event>[^']+)'/g),
];
/** The lines of an order's events: `{ level: 'warn', event: '…', message: '…'`. */
const projected = found(/\{\s*(?:level: '(?<level>\w+)',\s*)?event: '(?<event>[^']+)',\s*message:/g).map((line) => ({
  ...line,
  level: line.level || 'info',
}));
const named = new Set(found(/\bevent: (?:isOurs \? event : )?'(?<event>[^']+)'/g).map(({ event }) => event));

test('each event that is logged is described, and no other', () => {
  expect([...described.keys()].sort()).toEqual([...named].sort());
});

test.each([...written, ...projected])('$event is described with its level, $level ($file)', ({ event, level }) => {
  expect(event).toMatch(/^[a-z]+(-[a-z]+)*$/);
  expect(described.get(event)).toContain(level);
});

test('every line of a log has an event', () => {
  const calls = found(/\blog(?:ger)?\??\.(?<level>trace|debug|info|warn|error|fatal)\(/g);
  expect(calls).toHaveLength(written.length);
});
