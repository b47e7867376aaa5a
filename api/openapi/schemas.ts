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
    // The format says as much, and can be read.
    if (['uuid', 'date-time'].includes(jsonSchema['format'] as string)) delete jsonSchema['pattern'];
  },
};

/** What a client may send or gets, as JSON Schema. Schemas with an id in their metadata stand once in `components`, by reference elsewhere. */
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

export interface Parameter {
  name: string;
  required: boolean;
  schema: JsonSchema;
}

/** The parameters that an object of a query or of headers stands for. */
export function toParameters(schema: z.ZodObject | undefined): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, options);
  return Object.entries(properties).map(([name, property]) => ({
    name,
    required: required.includes(name),
    schema: property as JsonSchema,
  }));
}
