import { healthRoutes } from '../../api/http/health';
import type { OldName, Route, ServiceRoutes } from '../../api/http/route';
import { refusalsByStatus, rolesOf } from '../../api/openapi/operation';

const introduction = `# The routes

For people who write a client: every route of every service with its old name, who may call it, its answers and its refusals. Generated from the
declarations in \`api/\` by \`npm run documents\`; \`npm run check\` compares it. The schemas are in [openapi](openapi), and each service shows them at \`/docs\`.

- An old name is the same operation for clients of the old platform. Where the route answers 201, the old name answers 200 without \`Location\`.
- An operator may call every route. A customer, a restaurant or a courier sees and changes only what is theirs; what is another's is answered like
  something that does not exist, unless it is named below.
- An error is \`{success: false, message, detail, code}\`; a 422 adds \`errors: [{path, message}]\`. A client takes a code that it does not know by its status.
- An id that is no UUID is unknown (404), except in a placement (422).
- Every route may refuse: 401 \`UNAUTHENTICATED\`, 403 \`FORBIDDEN\`, 429 \`TOO_MANY_REQUESTS\` (\`Retry-After\`), 500 \`INTERNAL\`, 503 \`UNAVAILABLE\` (\`Retry-After\`);
  where it reads a query or a body also 413 \`PAYLOAD_TOO_LARGE\`, 415 \`UNSUPPORTED_MEDIA_TYPE\`, 422 \`UNPROCESSABLE\`.
- A route that commands an order may refuse with 409 and a code that is not listed here, of an order worker that is newer than the service.
- Each service also serves \`GET /openapi.json\` and \`GET /docs\`, for anybody.
`;

/** `docs/routes.md` */
export function routesPage(services: readonly ServiceRoutes<never>[]): string {
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

/** What an old name does otherwise. */
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
