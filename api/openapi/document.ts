/** An OpenAPI document from the operations of a service and the schemas of the contracts. */
import type { z } from 'zod';
import { exampleIds } from './examples';
import type { Answer, Operation } from './operation';
import { headerRefs, headers, refusal, refusalSchemas, responses, sharedRefusals } from './refusals';
import { toJsonSchemas, toParameters, type JsonSchema } from './schemas';

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

/** One operation of a document, as far as others look into it. */
export interface Described {
  operationId: string;
  'x-roles': readonly string[];
  responses: Record<string, { $ref: string } | { description: string; content?: unknown }>;
  [more: string]: unknown;
}

const jsonType = 'application/json';

export function openApiDocument(service: ServiceDescription): OpenApiDocument {
  const operations = service.operations.flatMap(withOldName);
  const { schemas, components } = toJsonSchemas(
    { ...refusalSchemas, ...Object.assign({}, ...operations.map(schemasOf)) },
    '#/components/schemas/',
  );
  const schemaOf = (key: string): JsonSchema => schemas[key] ?? {};
  const paths: OpenApiDocument['paths'] = {};
  for (const operation of operations) {
    const [method = '', path = ''] = operation.route.split(' ');
    const template = path.replace(/:(\w+)/g, '{$1}');
    paths[template] = { ...paths[template], [method.toLowerCase()]: describe(operation, service, schemaOf) };
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
  const summary = `Old name of \`${operation.route}\``;
  const id = `${operation.id}ByOldName`;
  return [operation, { ...operation, answers: answered, ...old, id, summary, deprecated: true }];
}

const keys = {
  body: ({ id }: Operation) => `${id} body`,
  answer: ({ id }: Operation, status: string) => `${id} ${status}`,
};

const schemasOf = (operation: Operation): Record<string, z.ZodType> => ({
  ...(operation.body && { [keys.body(operation)]: operation.body.schema }),
  ...Object.fromEntries(
    Object.entries(operation.answers).map(([status, { schema }]) => [keys.answer(operation, status), schema]),
  ),
});

type SchemaOf = (key: string) => JsonSchema;

function describe(
  operation: Operation & { deprecated?: true },
  service: ServiceDescription,
  schemaOf: SchemaOf,
): Described {
  const { id, tag, summary, description, access, deprecated, body } = operation;
  const whom = access === 'anybody' ? 'For anybody.' : `For: ${access.join(', ')}.`;
  const parameters = parametersOf(operation, service);
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: description === undefined ? whom : `${description}\n\n${whom}`,
    'x-roles': access === 'anybody' ? [] : access,
    ...(deprecated && { deprecated }),
    ...(access === 'anybody' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: !body.optional,
        content: { [jsonType]: { schema: schemaOf(keys.body(operation)), example: body.example } },
      },
    }),
    responses: responsesOf(operation, schemaOf),
  };
}

function parametersOf({ route, query, headers: sent }: Operation, { exampleId }: ServiceDescription): object[] {
  const exampleOf = (name: string): string =>
    ({ order_id: exampleIds.order, user_id: exampleIds.user })[name] ?? exampleId;
  const inPath = [...route.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', format: 'uuid' },
    example: exampleOf(name),
  }));
  const others = (['query', 'header'] as const).flatMap((place) =>
    toParameters(place === 'query' ? query : sent).map(({ name, required, schema }) => ({
      name,
      in: place,
      required,
      schema,
      ...(required && schema['format'] === 'uuid' && { example: exampleOf(name) }),
    })),
  );
  return [...inPath, ...others];
}

function responsesOf(operation: Operation, schemaOf: SchemaOf): Described['responses'] {
  const shared = Object.entries(sharedRefusals(operation)).map(
    ([status, name]) => [status, { $ref: `#/components/responses/${name}` }] as const,
  );
  const own = Object.entries(operation.refusals ?? {}).map(
    ([status, description]) => [status, refusal(description)] as const,
  );
  const answers = Object.entries(operation.answers).map(
    ([status, answer]) => [status, answered(status, answer, schemaOf(keys.answer(operation, status)))] as const,
  );
  return Object.fromEntries([...shared, ...own, ...answers]);
}

const answered = (status: string, { description, example, location }: Answer, schema: JsonSchema) => ({
  description,
  ...((status === '201' || location) && headerRefs('Location')),
  content: { [jsonType]: { schema, example } },
});
