/** What a route declares binds its handler; tsc checks the lines that must not compile. */
import type { Request } from 'express';
import { z } from 'zod';
import { refuse } from './refusals';
import { answer, body, route, type Route } from './route';

const thing = z.strictObject({ name: z.string() });
const aThing = { name: 'soup' };

const declared = {
  method: 'POST',
  path: '/things/:id',
  id: 'changeThing',
  summary: 'Changes a thing',
  roles: ['customer'],
  params: { id: { unknown: 'Thing not found', example: '00000000-0000-4000-8000-000000000001' } },
  query: z.object({ limit: z.coerce.number().default(7) }),
  body: body(thing, aThing),
  answers: { 200: answer('Changed.', thing, aThing), 201: answer('Added.', thing, aThing) },
  refusals: { NOT_FOUND: 'Unknown.', DUPLICATE: { status: 409, meaning: 'There is one.' } },
} as const;

const received: Partial<Request> = { params: { id: '00000000-0000-4000-8000-00000000000A' }, query: {}, body: aThing };
const send = (given: Route<object>, more: object = {}) => given.run({}, { ...received, ...more } as Request, false);

describe('a handler', () => {
  test('gets what its route declares, read and typed', async () => {
    const echo = route({
      ...declared,
      async handle(_deps: object, { params, query, body, answer }) {
        const limit: number = query.limit;
        return answer(200, { name: `${params.id} ${limit} ${body.name}` });
      },
    });
    expect(await send(echo)).toEqual({
      status: 200,
      body: { name: '00000000-0000-4000-8000-00000000000a 7 soup' },
      headers: {},
    });
  });

  test('does not compile when it answers or refuses as is not declared', () => {
    const wrong = [
      // @ts-expect-error: the status is not declared
      route({ ...declared, handle: async (_deps: object, { answer }) => answer(202, aThing) }),
      // @ts-expect-error: the body lacks a field
      route({ ...declared, handle: async (_deps: object, { answer }) => answer(200, {}) }),
      // @ts-expect-error: the body has another type
      route({ ...declared, handle: async (_deps: object, { answer }) => answer(200, { name: 7 }) }),
      // @ts-expect-error: the body has one field too many
      route({ ...declared, handle: async (_deps: object, { answer }) => answer(200, { name: 'a', secret: 'b' }) }),
      // @ts-expect-error: a creation has a Location
      route({ ...declared, handle: async (_deps: object, { answer }) => answer(201, aThing) }),
      // @ts-expect-error: the refusal is not declared
      route({ ...declared, handle: async (_deps: object) => refuse('CANCEL_TOO_LATE', 'Too late') }),
      // @ts-expect-error: no answer at all
      route({ ...declared, handle: async (_deps: object) => undefined }),
      route({
        ...declared,
        // @ts-expect-error: the path has no such parameter
        handle: async (_deps: object, { params, answer }) => answer(200, { name: String(params.order_id) }),
      }),
      // @ts-expect-error: no error has this code
      route({ ...declared, refusals: { NOPE: 'Never' }, handle: async () => refuse('NOT_FOUND', 'Unknown') }),
      // @ts-expect-error: the parameter is not described
      route({ ...declared, params: {}, handle: async () => refuse('NOT_FOUND', 'Unknown') }),
      // @ts-expect-error: the example is none of the schema
      answer('Added.', thing, { name: 7 }),
    ];
    expect(wrong).toHaveLength(11);
  });
});

const never = route({ ...declared, handle: async (_deps: object) => refuse('NOT_FOUND', 'Thing not found') });

test.each([
  ['a query', { query: { limit: 'x' } }, 'UNPROCESSABLE'],
  ['a body', { body: { name: 7 } }, 'UNPROCESSABLE'],
  ['an id that is no UUID', { params: { id: '7' } }, 'NOT_FOUND'],
])('%s that does not match is refused before the handler', async (_what, more, code) => {
  await expect(send(never, more)).rejects.toMatchObject({ code });
});
