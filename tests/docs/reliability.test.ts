/** docs/reliability.md names for each promise its mechanism, and tests that exist. */
import path from 'node:path';
import { expectTests } from './fixtures/cites';
import { tableUnder } from './fixtures/table';

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
  expectTests(row['shown by'], document);
});
