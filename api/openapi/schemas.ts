import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

const options = {
  io: 'input' as const,
  override: ({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }) => {
    const wire = z.globalRegistry.get(zodSchema)?.['wire'] as JsonSchema | undefined;
    if (wire) {
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, wire);
    }
    delete jsonSchema['wire'];
    // The format says the same, readably.
    if (['uuid', 'date-time'].includes(jsonSchema['format'] as string)) delete jsonSchema['pattern'];
  },
};

/** Schemas of requests and answers as JSON Schema. One with an id in its metadata is in `components`, by reference elsewhere. */
export function toJsonSchemas(schemas: Record<string, z.ZodType>, components: string) {
  const { properties = {}, $defs = {} } = z.toJSONSchema(z.object(schemas), options);
  const text = JSON.stringify({ schemas: properties, components: $defs });
  const named = JSON.parse(text.replaceAll('"#/$defs/', `"${components}`)) as Record<
    'schemas' | 'components',
    Record<string, JsonSchema>
  >;
  for (const schema of Object.values(named.components)) delete schema['id'];
  return named;
}

/** The parameters that a query's or headers' object stands for. One that has an example in its schema has it beside the schema. */
export function toParameters(place: 'query' | 'header', schema: z.ZodType | undefined): object[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, options);
  return Object.entries(properties).map(([name, property]) => {
    const { examples, ...described } = property as JsonSchema & { examples?: unknown[] };
    const example = examples?.[0];
    return {
      name,
      in: place,
      required: required.includes(name),
      schema: described,
      ...(example !== undefined && { example }),
    };
  });
}
