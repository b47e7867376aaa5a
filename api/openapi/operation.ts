/** How a route is described: what stands in the documents and cannot be told from the schemas alone. */
import type { z } from 'zod';
import type { Role } from '../../contracts/access';

/** As Express has it. */
export type Route = `${'GET' | 'POST' | 'PATCH'} /${string}`;

export interface Answer {
  description: string;
  schema: z.ZodType;
  example: unknown;
  /** Whether it says where the new thing is. */
  location?: boolean;
}

/** Refusals that are this operation's own, with what they mean here. Those of the edge are added by the document. */
export type Refusals = Partial<Record<400 | 404 | 409, string>>;

export interface Operation {
  /** The name by which generated clients call it. */
  id: string;
  route: Route;
  tag: string;
  summary: string;
  description?: string | undefined;
  /** As its guard says; a test compares them. */
  access: readonly Role[] | 'anybody';
  query?: z.ZodObject | undefined;
  headers?: z.ZodObject | undefined;
  body?: { schema: z.ZodType; example: object; optional?: boolean } | undefined;
  answers: Readonly<Record<number, Answer>>;
  refusals?: Refusals | undefined;
  /** The old name of the same operation, with what is different there. A creation is answered with 200 there. */
  old?: { route: Route } & Partial<Pick<Operation, 'query' | 'body' | 'description'>>;
}

/** An answer whose example is checked against its schema's type. */
export const answer = <Schema extends z.ZodType>(
  description: string,
  schema: Schema,
  example: z.input<Schema>,
  { location = false } = {},
): Answer => ({ description, schema, example, location });

/** A body whose example is checked against its schema's type. */
export const body = <Schema extends z.ZodType>(
  schema: Schema,
  example: z.input<Schema> & object,
  optional = false,
) => ({
  schema,
  example,
  optional,
});
