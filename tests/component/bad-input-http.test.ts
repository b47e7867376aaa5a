/** Generated requests: each gets an answer from the contract, never a 500, and leaves nothing half-written. */
import fc from 'fast-check';
import { anyJson, anyText } from '../fixtures/arbitraries';
import { serviceAlone, type ServiceAlone, type ServiceName } from '../fixtures/alone';
import { bodies, broken, type Case } from '../fixtures/bodies';
import { expectRefusal, type RawAnswer, type RawRequest } from '../fixtures/raw-http';
import { repeat } from '../fixtures/repeat';

const json = { 'content-type': 'application/json' };

/** Every route of the contract; `:id` is any id, the query parameters follow `?`. */
interface Routes {
  writes: [route: string, body: Case | undefined][];
  reads: string[];
}

const services: Record<ServiceName, Routes> = {
  user: {
    writes: [
      ['POST /orders', bodies.placement],
      ['POST /place-order', bodies.placement],
      ['POST /orders/:id/cancel', bodies.cancel],
      ['POST /ratings', bodies.rating],
      ['POST /dilvery-agent-rating', bodies.rating],
    ],
    reads: ['/restaurants?hour', '/get-available-restaurants?hour', '/orders/:id', '/users/:id/orders?limit&cursor'],
  },
  restaurant: {
    writes: [
      ['POST /restaurants', bodies.restaurant],
      ['POST /add-restaurant', bodies.restaurant],
      ['PATCH /restaurants/:id', bodies.restaurantChange],
      ['PATCH /update-restaurants/:id', bodies.restaurantChange],
      ['POST /orders', bodies.placement],
      ['POST /orders/:id/decision', bodies.decision],
      ['POST /change-order-status?order_id', bodies.decision],
      ['POST /orders/:id/agent', undefined],
      ['POST /assign-agent?order_id', undefined],
    ],
    reads: [
      '/restaurants?hour',
      '/restaurants/available?hour',
      '/restaurants/:id',
      '/orders?order_id&user_id&restaurant_id&status&limit&cursor',
    ],
  },
  delivery: {
    writes: [
      ['POST /agents', bodies.agent],
      ['POST /add-dilvery-agent', bodies.agent],
      ['PATCH /deliveries/:id', bodies.move],
      ['PATCH /update-dilvery-status', bodies.moveOld],
    ],
    reads: [
      '/agents?assignments',
      '/get-all-dilvery-agent',
      '/deliveries?agent_id&status&limit&cursor',
      '/deliveries/:id',
      '/get-delivery-status?order_id',
    ],
  },
};

/** Bytes for a path or a query: percent-encoded or not, valid or not. */
const anyEncoded = fc.oneof(
  anyText.map((text) => encodeURIComponent(text.toWellFormed())),
  fc
    .uint8Array({ maxLength: 8 })
    .map((bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')),
  fc.constantFrom(
    '%',
    '%E0%A4%A',
    '%zz',
    '%c0%af',
    '..',
    '-0',
    '1.5',
    '0x10',
    '%20',
    '1e3',
    '00000000000040008000000000000001',
    '00000000-0000-4000-8000-0000000000010',
  ),
);

/** A query with some of these parameters, each any number of times, and unknown ones. */
const anyQuery = (names: string[]) =>
  fc
    .array(fc.tuple(fc.constantFrom(...names, '__proto__', 'added_later'), anyEncoded), { maxLength: 4 })
    .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));

/** A path of that form with arbitrary ids and queries, but no known id. */
function anyPath(form: string): fc.Arbitrary<string> {
  const [path = '', names = ''] = form.split('?');
  return fc
    .tuple(anyEncoded, anyQuery(names.split('&')))
    .map(([id, query]) => `${path.replace(':id', id)}${query && `?${query}`}`);
}

describe.each(Object.entries(services) as [ServiceName, Routes][])('the %s service', (name, { writes, reads }) => {
  let service: ServiceAlone;
  beforeAll(async () => {
    service = await serviceAlone(name);
  });
  afterAll(() => service.close());

  /** Sends the request. Checks that an error answer follows the contract and that the request changed nothing. */
  async function sendAndCheck(request: RawRequest): Promise<RawAnswer> {
    const before = await service.rows();
    const answer = await service.send(request);
    if (answer.status >= 300) {
      expectRefusal(answer);
      expect(await service.rows()).toEqual(before);
    }
    return answer;
  }

  test.each(writes.filter(([, body]) => body))('%s names the wrong field and stores nothing', async (route, body) => {
    const [method = '', form = ''] = route.split(' ');
    const path = form.replace(':id', service.id).replace('?order_id', `?order_id=${service.id}`);
    await fc.assert(
      fc.asyncProperty(broken(body as Case), async ({ place, body: wrong }) => {
        const { status, text } = await sendAndCheck({ method, path, headers: json, body: JSON.stringify(wrong) });
        const { errors } = JSON.parse(text) as { errors: { path: string }[] };
        expect([status, errors.map((error) => error.path)]).toEqual([422, expect.arrayContaining([place])]);
      }),
      { numRuns: 2 * repeat },
    );
  });

  test.each(writes)('%s has an answer from the contract to any input', async (route) => {
    const [method = '', form = ''] = route.split(' ');
    const anyBody = fc.oneof(
      anyJson.map((value) => JSON.stringify(value)),
      anyText,
      fc.uint8Array().map((b) => Buffer.from(b)),
    );
    const anyType = fc.constantFrom('application/json', 'application/json; charset=utf-16', 'text/plain', '', 'x');
    await fc.assert(
      fc.asyncProperty(anyPath(form), anyBody, anyType, async (path, body, type) => {
        const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
        await sendAndCheck({ method, path, headers, body });
      }),
      { numRuns: 2 * repeat },
    );
  });

  test.each(reads)('GET %s has an answer from the contract to any input', async (form) => {
    await fc.assert(
      fc.asyncProperty(anyPath(form), async (path) => void (await sendAndCheck({ method: 'GET', path }))),
      { numRuns: 2 * repeat },
    );
  });
});
