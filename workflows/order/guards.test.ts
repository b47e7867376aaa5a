/** What Temporal's own clients send is judged as strictly as the bodies of the APIs: the readers agree with the schemas on every value. */
import fc from 'fast-check';
import { z } from 'zod';
import { declineBody, moveDeliveryBody } from '../../contracts/delivery';
import { agentAssignedMessage } from '../../contracts/messages';
import { cancelBody, decisionBody } from '../../contracts/orders';
import { id } from '../../contracts/values';
import type { OrderCommand } from '../../contracts/workflow';
import { anyJson, anyText } from '../../tests/fixtures/arbitraries';
import { readAgent, readCommand } from './guards';

const author = z
  .discriminatedUnion('role', [
    z.object({ role: z.literal('customer'), user_id: id }),
    z.object({ role: z.literal('restaurant'), restaurant_ids: z.array(id) }),
    z.object({ role: z.literal('courier'), agent_id: id }),
  ])
  .nullish();
const schemas: Record<OrderCommand['kind'], z.ZodType> = {
  decide: decisionBody.extend({ by: author }),
  moveDelivery: moveDeliveryBody.omit({ order_id: true }).extend({ by: author }),
  cancel: cancelBody.unwrap().extend({ by: author }),
  askAgent: z.object({ by: author }),
  decline: declineBody.unwrap().extend({ by: author }),
};

/** Values that are nearly right, and any others. */
const near = fc.oneof(
  fc.uuid(),
  fc.uuid().map((value) => value.toUpperCase()),
  fc.constantFrom('CONFIRMED', 'CANCELLED', 'PICKED_UP', 'DELIVERED', 'customer', 'restaurant', 'courier', 'operator'),
  fc.constantFrom(null, undefined, '', '   ', 'constructor', 'x'.repeat(500), 'x'.repeat(501), ` ${'x'.repeat(500)} `),
  anyText,
  anyJson,
);
const anyAuthor = fc.record(
  { role: near, user_id: near, agent_id: near, restaurant_ids: fc.oneof(fc.array(fc.uuid()), fc.array(near), near) },
  { requiredKeys: [] },
);
const anyArgument = fc.oneof(
  fc.record(
    { status: near, restaurant_id: near, agent_id: near, reason: near, by: fc.oneof(near, anyAuthor), more: near },
    { requiredKeys: [] },
  ),
  near,
);

/** Without what both treat as left out. */
const compact = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, each: unknown) => each ?? undefined) ?? 'null');
const parsed = (schema: z.ZodType, value: unknown): unknown => {
  const result = schema.safeParse(value);
  return result.success ? compact(result.data) : 'refused';
};
const read = (work: () => unknown): unknown => {
  try {
    return compact(work());
  } catch (error) {
    expect(error).toMatchObject({ type: 'MALFORMED', nonRetryable: true });
    return 'refused';
  }
};

test.each(Object.entries(schemas) as [OrderCommand['kind'], z.ZodType][])(
  'reads %s as the schema of its body does',
  (kind, schema) => {
    fc.assert(
      fc.property(anyArgument, (arg) => {
        const command = read(() => ({ ...readCommand(kind, arg), kind: undefined }));
        expect(command).toEqual(parsed(schema, arg));
      }),
      { numRuns: 2_000 },
    );
  },
);

test('reads an agent as the schema of its message does', () => {
  const schema = agentAssignedMessage.omit({ order_id: true });
  fc.assert(
    fc.property(fc.oneof(fc.record({ agent_id: near, agent_name: near }), near), (arg) => {
      expect(read(() => readAgent(arg))).toEqual(parsed(schema, arg));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['decide', { status: 'CONFIRMED', restaurant_id: 'constructor' }, 'restaurant_id must be a UUID.'],
  ['cancel', { reason: 5 }, 'reason must be a text of at most 500 characters.'],
  ['cancel', { reason: 'a\u0000b' }, 'reason: remove its control characters.'],
  ['cancel', { reason: '\u200b' }, 'reason: write at least one visible character.'],
  ['moveDelivery', { status: 'LOST' }, 'status must be one of PICKED_UP, DELIVERED, CANCELLED.'],
  ['decline', null, 'The argument must be an object.'],
  ['cancel', { by: { role: 'admin' } }, 'by.role must be one of customer, restaurant, courier.'],
] as const)('says what is wrong with %s %j', (kind, arg, message) => {
  expect(() => readCommand(kind, arg)).toThrow(expect.objectContaining({ type: 'MALFORMED', message }) as Error);
});

test('takes an empty reason for none', () => {
  expect(readCommand('cancel', { reason: ' ' })).toEqual({ kind: 'cancel' });
});
