/** docs/reliability.md names a mechanism and tests for each promise, one of which `npm test` runs. */
import path from 'node:path';
import { expectTests, promisesUnder } from './fixtures/promises';

const document = path.resolve(__dirname, '../../docs/reliability.md');
const headings = [
  'An order is not lost',
  'Nothing happens twice',
  'A cancelled order is undone',
  'Messages',
  'Long life',
];
const promises = headings.flatMap((heading) => promisesUnder(document, heading));

test.each(promises)('$what', (promise) => {
  expect(promise.how).not.toBe('');
  expectTests(promise);
});

test.each(promises)('not by whole systems in trouble alone: $what', ({ tests }) => {
  expect(tests.filter((file) => !file.includes('/tests/faults/'))).not.toEqual([]);
});
