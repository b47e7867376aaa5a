import { readFileSync } from 'node:fs';
import { documents, pathOf } from './main';

test.each(documents)('$file is what the code says; after a change type: npm run documents', ({ file, content }) => {
  expect(readFileSync(pathOf(file), 'utf8')).toBe(content());
});
