import type { z } from 'zod';
import { healthRoutes } from '../http/health';
import type { RequestBody, Route, ServiceRoutes } from '../http/route';
import { describe, toJsonSchemas, type Described, type JsonSchema, type Operation } from './operation';
import { headers, refusalSchemas, responses } from './responses';

export interface OpenApiDocument {
  openapi: '3.1.1';
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, JsonSchema> } & Record<string, unknown>;
  [more: string]: unknown;
}

export function openApiDocument({ title, description, groups: own }: ServiceRoutes<never>): OpenApiDocument {
  const groups = [...own, { tag: 'health', description: 'Liveness and readiness', routes: healthRoutes }];
  const operations = groups.flatMap(({ tag, routes }) => routes.flatMap((route) => operationsOf(route, tag)));
  const { schemas, components } = toJsonSchemas(
    { ...refusalSchemas, ...Object.fromEntries(operations.flatMap(schemasOf)) },
    '#/components/schemas/',
  );
  const paths: OpenApiDocument['paths'] = {};
  for (const operation of operations) {
    const template = operation.path.replace(/:(\w+)/g, '{$1}');
    const described = describe(operation, (key) => schemas[key] ?? {});
    paths[template] = { ...paths[template], [operation.method.toLowerCase()]: described };
  }
  return {
    openapi: '3.1.1',
    info: { title, version: '1', description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    tags: groups.map(({ tag, description: about }) => ({ name: tag, description: about })),
    security: [{ token: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
      responses,
      headers,
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

/** The operation of a route, and the same by its old name, if it has one. */
function operationsOf(route: Route, tag: string): Operation[] {
  const { oldName, params, ...declared } = route;
  const operation = { ...declared, tag, pathIds: params, queryIds: {} };
  if (!oldName) return [operation];
  const { idsFrom, query = route.query, body = route.body, description = route.description, path } = oldName;
  const { 201: created, ...others } = route.answers;
  const old: Operation = {
    ...operation,
    path,
    description,
    query,
    body,
    pathIds: idsFrom ? {} : params,
    queryIds: idsFrom === 'query' ? params : {},
    id: `${route.id}ByOldName`,
    summary: `Old name of ${route.method} ${route.path}`,
    answers: created ? { 200: created, ...others } : route.answers,
    deprecated: true,
  };
  return [operation, old];
}

const schemasOf = ({ id, body, answers }: { id: string; body?: RequestBody; answers: Operation['answers'] }) => [
  ...(body ? [[`${id} body`, body.schema] as [string, z.ZodType]] : []),
  ...Object.entries(answers)
    .filter(([, { content }]) => content !== 'none')
    .map(([status, { schema }]): [string, z.ZodType] => [`${id} ${status}`, schema]),
];
