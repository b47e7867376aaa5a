/** docs/reliability.md names for each promise its mechanism, and tests that exist. */
import path from 'node:path';
import { citationsIn, tableUnder } from './fixtures/table';
import { titlesOf } from './fixtures/titles';

const document = path.resolve(__dirname, '../../docs/reliability.md');
const headings = [
  'An order is not lost',
  'Nothing happens twice',
  'What is called off is undone',
  'Messages',
  'Long life',
];

test.each(headings.flatMap((heading) => tableUnder(document, heading)))('$promise', (row) => {
  expect(row['mechanism']).not.toBe('');
  const citations = citationsIn(row['shown by'] ?? '', document);
  expect(citations).not.toEqual([]);
  for (const { file, title } of citations) expect(titlesOf(file)).toContain(title);
});
