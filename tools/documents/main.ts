/** `npm run documents`: writes the OpenAPI documents and the AsyncAPI one from the code that they describe. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { documents, pathOf } from './documents';

for (const { file, content } of documents) {
  mkdirSync(dirname(pathOf(file)), { recursive: true });
  writeFileSync(pathOf(file), content());
  process.stdout.write(`${file}\n`);
}
