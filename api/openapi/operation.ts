import { z } from 'zod';
import { roles, type Role } from '../../contracts/access';
import { orderRefusals, unknownRefusalStatus, type ErrorCode } from '../../contracts/errors';
import { idempotencyKey } from '../../contracts/orders';
import { withOperators } from '../http/access';
import type { IdParam } from '../http/input';
import { statusAt, type Answer, type Route } from '../http/route';
import { headerRefs, problemContent, responses as sharedResponses } from './responses';

const jsonType = 'application/json';

/** A route under one of its names. */
export interface Operation extends Omit<Route, 'params' | 'oldName' | 'run'> {
  tag: string;
  pathIds: Readonly<Record<string, IdParam>>;
  /** Ids that the old name has in its query. */
  queryIds: Readonly<Record<string, IdParam>>;
  deprecated?: true;
}

/** One operation of a document, as far as tests read it. */
export interface Described {
  operationId: string;
  'x-roles': readonly string[];
  responses: Record<string, { $ref: string } | { description: string; content?: unknown }>;
  [more: string]: unknown;
}

/** The roles that may call a route, in the contract's order; empty if anybody may. */
export const rolesOf = ({ roles: allowed }: Pick<Route, 'roles'>): Role[] =>
  allowed === 'anybody' ? [] : roles.filter((role) => withOperators(allowed).includes(role));

/** @param schemaOf The JSON Schema of `<id> body` or of an answer, `<id> <status>`. */
export function describe(operation: Operation, schemaOf: (key: string) => JsonSchema): Described {
  const { id, tag, summary, description, deprecated, body } = operation;
  const allowed = rolesOf(operation);
  const forWhom = allowed.length === 0 ? 'For anybody.' : `For: ${allowed.join(', ')}.`;
  const parameters = parametersOf(operation);
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: description === undefined ? forWhom : `${description}\n\n${forWhom}`,
    'x-roles': allowed,
    ...(deprecated && { deprecated }),
    ...(allowed.length === 0 && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: requestBodyOf(body, schemaOf(`${id} body`)) }),
    responses: responsesOf(operation, schemaOf),
  };
}

/** A body that may be left out may also be `null`, as some clients send one that they do not have. */
function requestBodyOf({ schema, example }: NonNullable<Route['body']>, described: JsonSchema) {
  const optional = schema.safeParse(undefined).success;
  const accepted = optional ? { anyOf: [described, { type: 'null' }] } : described;
  return { required: !optional, content: { [jsonType]: { schema: accepted, example } } };
}

const idempotencyHeader = z.object({ 'Idempotency-Key': idempotencyKey.optional() });

function parametersOf({ pathIds, queryIds, query, idempotent }: Operation): object[] {
  const schema = { type: 'string', format: 'uuid' };
  const ids = (place: string, params: Operation['pathIds']) =>
    Object.entries(params).map(([name, { example }]) => ({ name, in: place, required: true, schema, example }));
  return [
    ...ids('path', pathIds),
    ...ids('query', queryIds),
    ...toParameters('query', query),
    ...toParameters('header', idempotent ? idempotencyHeader : undefined),
  ];
}

function responsesOf(operation: Operation, schemaOf: (key: string) => JsonSchema): Described['responses'] {
  const responses: Described['responses'] = {};
  const shared = sharedRefusals(operation);
  for (const [status, name] of Object.entries(shared)) responses[status] = { $ref: `#/components/responses/${name}` };
  for (const [status, meanings] of refusalsByStatus(operation)) {
    const base = shared[status] && sharedResponses[shared[status]];
    const description = [...meanings, base?.description].join(' ').trim();
    responses[status] = base ? { ...base, description } : { description, ...problemContent };
  }
  for (const [status, given] of Object.entries(operation.answers))
    responses[status] = answered(status, given, schemaOf(`${operation.id} ${status}`));
  return responses;
}

type ResponseName = keyof typeof sharedResponses;

const always: Record<number, ResponseName> = {
  401: 'Unauthorized',
  408: 'Timeout',
  429: 'TooManyRequests',
  431: 'HeadersTooLarge',
  500: 'InternalError',
  503: 'Unavailable',
};

function sharedRefusals(operation: Operation): Partial<Record<string, ResponseName>> {
  const { method, roles, pathIds, queryIds, query, idempotent, refusals } = operation;
  const ids = { ...pathIds, ...queryIds };
  const reads = method === 'GET';
  const commandsOrder = Object.keys(refusals).some((code) => code in orderRefusals); // no other route declares these
  return {
    ...always,
    ...(roles !== 'anybody' && { 403: 'Forbidden' }),
    ...(Object.keys(ids).length > 0 && { 404: 'NotFound' }),
    ...(commandsOrder && { [unknownRefusalStatus]: 'RuleBroken' }),
    ...(!reads && { 413: 'TooLarge', 415: 'UnsupportedMediaType' }),
    ...((!reads || query || idempotent || Object.keys(queryIds).length > 0) && { 422: 'Mismatch' }),
  };
}

/** What the refusals of an operation mean, each with its code. */
export function refusalsByStatus(operation: Pick<Route, 'refusals'>): Map<number, string[]> {
  const byStatus = new Map<number, string[]>();
  for (const [code, meaning] of Object.entries(operation.refusals)) {
    const status = statusAt(operation, code as ErrorCode);
    const text = `\`${code}\`: ${typeof meaning === 'string' ? meaning : meaning.meaning}`;
    byStatus.set(status, [...(byStatus.get(status) ?? []), text]);
  }
  return byStatus;
}

const answered = (status: string, { description, example, location, content }: Answer, schema: JsonSchema) => ({
  description,
  ...((status === '201' || location) && headerRefs('Location')),
  ...(content !== 'none' && { content: { [content ?? jsonType]: { schema, example } } }),
});

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
