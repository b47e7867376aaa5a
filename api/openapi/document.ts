/** An OpenAPI document from the operations of a service and the schemas of the contracts. */
import type { z } from 'zod';
import { describe, keys, type Described } from './described';
import type { Operation } from './operation';
import { headers, refusalSchemas, responses } from './refusals';
import { toJsonSchemas, type JsonSchema } from './schemas';

export interface ServiceDescription {
  title: string;
  description: string;
  /** What each tag is about. */
  tags: Record<string, string>;
  operations: Operation[];
  /** Whose id `:id` is, in an example. */
  exampleId: string;
}

export interface OpenApiDocument {
  openapi: '3.1.1';
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, JsonSchema> } & Record<string, unknown>;
  [more: string]: unknown;
}

export function openApiDocument(service: ServiceDescription): OpenApiDocument {
  const operations = service.operations.flatMap(withOldName);
  const { schemas, components } = toJsonSchemas(
    { ...refusalSchemas, ...Object.fromEntries(operations.flatMap(schemasOf)) },
    '#/components/schemas/',
  );
  const schemaOf = (key: string): JsonSchema => schemas[key] ?? {};
  const paths: OpenApiDocument['paths'] = {};
  for (const operation of operations) {
    const [method = '', path = ''] = operation.route.split(' ');
    const template = path.replace(/:(\w+)/g, '{$1}');
    paths[template] = { ...paths[template], [method.toLowerCase()]: describe(operation, service.exampleId, schemaOf) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: service.title,
      version: '1',
      description: service.description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(service.tags).map(([name, description]) => ({ name, description })),
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

/** The operation, and the same by its old name, if it has one. */
function withOldName({ old, ...operation }: Operation): (Operation & { deprecated?: true })[] {
  if (!old) return [operation];
  const { 201: created, ...answers } = operation.answers;
  const answered = created ? { 200: created, ...answers } : operation.answers;
  const summary = `Old name of ${operation.route}`;
  const id = `${operation.id}ByOldName`;
  return [operation, { ...operation, answers: answered, ...old, id, summary, deprecated: true }];
}

const schemasOf = (operation: Operation): [string, z.ZodType][] => [
  ...(operation.body ? [[keys.body(operation), operation.body.schema] as [string, z.ZodType]] : []),
  ...Object.entries(operation.answers).map(([status, { schema }]): [string, z.ZodType] => [
    keys.answer(operation, status),
    schema,
  ]),
];
