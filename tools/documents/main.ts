import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createCommand, createMain, runAsProgram } from '../cli/command';
import { documents, pathOf } from './documents';

/** `npm run documents`: the OpenAPI documents, the routes and the AsyncAPI document. */
export const main = createMain((run) =>
  createCommand('documents', 'write the documents that describe the interfaces').action(() => run(writeDocuments())),
);

async function writeDocuments(): Promise<number> {
  for (const { file, content } of documents) {
    mkdirSync(dirname(pathOf(file)), { recursive: true });
    writeFileSync(pathOf(file), content());
    process.stdout.write(`${file}\n`);
  }
  return 0;
}

if (require.main === module) runAsProgram(main);
