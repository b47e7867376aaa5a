import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deliveryService } from '../../api/delivery/routes';
import type { ServiceRoutes } from '../../api/http/route';
import { openApiDocument } from '../../api/openapi/document';
import { restaurantService } from '../../api/restaurant/routes';
import { userService } from '../../api/user/routes';
import { createCommand, createMain, runAsProgram } from '../cli/command';
import { projectRoot } from '../stack/instance';
import { asyncApiDocument } from './asyncapi';
import { routesPage } from './routes-page';

/** The services' interfaces, by the names of their documents. */
export const services: Record<'user' | 'restaurant' | 'delivery', ServiceRoutes<never>> = {
  user: userService,
  restaurant: restaurantService,
  delivery: deliveryService,
};

/** The documents that are generated and kept in the repository, by file. */
export const documents: { file: string; content: () => string }[] = [
  ...Object.entries(services).map(([name, service]) => ({
    file: `docs/openapi/${name}.json`,
    content: () => asText(openApiDocument(service)),
  })),
  { file: 'docs/routes.md', content: () => routesPage(Object.values(services)) },
  { file: 'docs/asyncapi.json', content: () => asText(asyncApiDocument()) },
];

export const pathOf = (file: string): string => join(projectRoot, file);

const asText = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

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
