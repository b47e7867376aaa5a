import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deliveryService } from '../../api/delivery/routes';
import { healthRoutes } from '../../api/http/health';
import type { OldName, Route, ServiceRoutes } from '../../api/http/route';
import { openApiDocument } from '../../api/openapi/document';
import { refusalsByStatus, rolesOf } from '../../api/openapi/operation';
import { restaurantService } from '../../api/restaurant/routes';
import { userService } from '../../api/user/routes';
import { createCommand, createMain } from '../cli/cli';
import { projectRoot } from '../stack/instance';
import { asyncApiDocument } from './asyncapi';

const introduction = `# The routes

For authors of clients: every route with its old name, its roles, its answers and its refusals. \`npm run documents\` generates this page from the
declarations in \`api/\`. The schemas are in [openapi](openapi); each service shows them at \`/docs\`, and its document at \`/openapi.json\`.

- An old name is the same operation for clients of the old platform. Where the route answers 201, it answers 200 without \`Location\`.
- Operators may call every route. [Security](security.md) says what other callers see: what is another's mostly looks unknown.
- An error is \`{success: false, message, detail, code}\`; 422 adds \`errors: [{path, message}]\`. Take an unknown code by its status.
- An id that is no UUID is unknown: 404, at a rating 400. In a placement it is 422.
- Any route may refuse with 401 \`UNAUTHENTICATED\`, 403 \`FORBIDDEN\`, 429 \`TOO_MANY_REQUESTS\`, 500 \`INTERNAL\` or 503 \`UNAVAILABLE\`;
  429 and 503 have \`Retry-After\`. One that reads a query or a body may refuse with 413 \`PAYLOAD_TOO_LARGE\`, 415 \`UNSUPPORTED_MEDIA_TYPE\`
  or 422 \`UNPROCESSABLE\`.
- A route that sends an order a command may refuse with 409 and a code that is not listed here: the order worker may be newer than the service.
`;

function routesPage(services: readonly ServiceRoutes<never>[]): string {
  const health = { title: 'Every service', routes: healthRoutes as readonly Route[] };
  const sections = services.map(({ title, groups }) => ({ title, routes: groups.flatMap((group) => group.routes) }));
  return [introduction, ...[...sections, health].map(sectionOf)].join('\n');
}

const sectionOf = ({ title, routes }: { title: string; routes: readonly Route[] }): string =>
  [`## ${title}\n`, ...routes.map(entryOf)].join('\n') + '\n';

function entryOf(route: Route): string {
  const { method, path, oldName, summary, description, answers } = route;
  const old = oldName && `Old name: \`${method} ${oldName.path}\`${differenceOf(oldName, route)}.`;
  const about = [`${summary}.`, description, old, `For: ${rolesOf(route).join(', ') || 'anybody'}.`];
  const successes = Object.entries(answers).map(([status, given]) => `${status}: ${given.description}`);
  const refusals = [...refusalsByStatus(route)].flatMap(([status, meanings]) =>
    meanings.map((meaning) => `${status} ${meaning}`),
  );
  const lines = about.filter((line) => line !== undefined).flatMap((line) => wrapped(line, 150));
  return [
    `- **\`${method} ${path}\`**\\`,
    ...lines.map((line) => `  ${line}`),
    ...[...successes, ...refusals.sort()].map((line) => `  - ${line}`),
  ].join('\n');
}

/** The text in lines of at most so many characters. */
const wrapped = (text: string, width: number): string[] =>
  text.match(new RegExp(`.{1,${width}}(?:\\s|$)`, 'g'))?.map((line) => line.trim()) ?? [];

function differenceOf({ idsFrom, query, description }: OldName<unknown, unknown>, { params }: Route): string {
  const ids = Object.keys(params).join(', ');
  const differences = [
    ...(idsFrom ? [`\`${ids}\` in the ${idsFrom}`] : []),
    ...(query && description === undefined ? ['its query is required'] : []),
    ...(description === undefined
      ? []
      : [description.replace(/^\w/, (first) => first.toLowerCase()).replace(/\.$/, '')]),
  ];
  return differences.length > 0 ? ` (${differences.join('; ')})` : '';
}

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
