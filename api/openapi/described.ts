import { exampleIds } from './examples';
import type { Answer, Operation } from './operation';
import { headerRefs, refusal, sharedRefusals } from './refusals';
import { toParameters, type JsonSchema } from './schemas';

const jsonType = 'application/json';

/** One operation of a document, as far as others look into it. */
export interface Described {
  operationId: string;
  'x-roles': readonly string[];
  responses: Record<string, { $ref: string } | { description: string; content?: unknown }>;
  [more: string]: unknown;
}

/** By which an operation's schemas are known while its document is made. */
export const keys = {
  body: ({ id }: Operation) => `${id} body`,
  answer: ({ id }: Operation, status: string) => `${id} ${status}`,
};

/** The JSON Schema under a key of `keys`. */
export type SchemaOf = (key: string) => JsonSchema;

export function describe(
  operation: Operation & { deprecated?: true },
  exampleId: string,
  schemaOf: SchemaOf,
): Described {
  const { id, tag, summary, description, access, deprecated, body } = operation;
  const whom = access === 'anybody' ? 'For anybody.' : `For: ${access.join(', ')}.`;
  const parameters = parametersOf(operation, exampleId);
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

function parametersOf({ route, query, headers: sent }: Operation, exampleId: string): object[] {
  const exampleOf = (name: string): string | number =>
    ({ order_id: exampleIds.order, user_id: exampleIds.user, hour: 12 })[name] ?? exampleId;
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
      ...(required && { example: exampleOf(name) }),
    })),
  );
  return [...inPath, ...others];
}

function responsesOf(operation: Operation, schemaOf: SchemaOf): Described['responses'] {
  const responses: Described['responses'] = {};
  for (const [status, name] of Object.entries(sharedRefusals(operation)))
    responses[status] = { $ref: `#/components/responses/${name}` };
  for (const [status, meaning] of Object.entries(operation.refusals ?? {})) responses[status] = refusal(meaning);
  for (const [status, answer] of Object.entries(operation.answers))
    responses[status] = answered(status, answer, schemaOf(keys.answer(operation, status)));
  return responses;
}

const answered = (status: string, { description, example, location }: Answer, schema: JsonSchema) => ({
  description,
  ...((status === '201' || location) && headerRefs('Location')),
  content: { [jsonType]: { schema, example } },
});
