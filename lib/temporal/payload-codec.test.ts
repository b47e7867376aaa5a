/** Payloads as Temporal keeps them: what is encrypted, with which key, and what is refused. */
import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { payloadCodec, PayloadRefusedError } from './payload-codec';
import { payloadKeys } from './payload-keys';

const [first, second, third] = ['first', 'second', 'third'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
const codecOf = (...keys: (string | undefined)[]) => payloadCodec(payloadKeys.parse(keys.join(',')));
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const valueOf = (payload: Payload): unknown => defaultPayloadConverter.fromPayload(payload);
const order = { order_id: 'a3c1', agent_name: 'Asha', items: [{ name: 'soup' }] };
const metadataOf = ({ metadata }: Payload) =>
  Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value ?? '').toString()]),
  );

async function encrypted(codec: ReturnType<typeof codecOf>, value: unknown): Promise<Payload> {
  const [payload] = await codec.encode([payloadOf(value)]);
  return payload as Payload;
}
const decrypted = async (codec: ReturnType<typeof codecOf>, payload: Payload): Promise<unknown> => {
  const [plain] = await codec.decode([payload]);
  return valueOf(plain as Payload);
};

test.each([
  ['an object', order],
  ['a text', 'Asha'],
  ['nothing', undefined],
  ['null', null],
  ['bytes', Uint8Array.from([0, 255, 7])],
  ['a large list', Array.from({ length: 20_000 }, (_, place) => `item ${place}`)],
])('%s comes back as what it was', async (_, value) => {
  const codec = codecOf(first);
  expect(await decrypted(codec, await encrypted(codec, value))).toEqual(value);
});

test('the payloads of a call come back in their order', async () => {
  const codec = codecOf(first);
  const decoded = await codec.decode(await codec.encode([1, 'two', order].map(payloadOf)));
  expect(decoded.map(valueOf)).toEqual([1, 'two', order]);
  expect(await codec.encode([])).toEqual([]);
});

test('an encrypted payload shows its encoding and key id, and nothing of its content', async () => {
  const payload = await encrypted(codecOf(first), order);
  expect(metadataOf(payload)).toEqual({ encoding: 'binary/encrypted', 'encryption-key-id': 'first' });
  const text = Buffer.from(payload.data ?? []).toString('latin1');
  for (const part of ['Asha', 'agent_name', 'soup', 'json/plain']) expect(text).not.toContain(part);
});

test('the same value is never encrypted to the same bytes', async () => {
  const codec = codecOf(first);
  const [one, another] = [await encrypted(codec, order), await encrypted(codec, order)];
  expect(one.data).toHaveLength(another.data?.length ?? 0);
  expect(one.data).not.toEqual(another.data);
  expect(one.data?.subarray(0, 12)).not.toEqual(another.data?.subarray(0, 12)); // the nonce
});

test('a plain payload passes through unchanged', async () => {
  const payload = payloadOf(order);
  expect(await codecOf(first).decode([payload])).toEqual([payload]);
});

describe('of several keys', () => {
  test('the first encrypts', async () => {
    expect(metadataOf(await encrypted(codecOf(second, first), order))).toMatchObject({ 'encryption-key-id': 'second' });
  });

  test('each decrypts what it has encrypted', async () => {
    const rotated = codecOf(third, second, first);
    for (const before of [codecOf(first), codecOf(second, first), rotated])
      expect(await decrypted(rotated, await encrypted(before, order))).toEqual(order);
  });

  test('none encrypts behind "plain", and all decrypt', async () => {
    const reading = codecOf('plain', first, second);
    expect(await reading.encode([payloadOf(order)])).toEqual([payloadOf(order)]);
    expect(await decrypted(reading, await encrypted(codecOf(second), order))).toEqual(order);
  });
});

describe('refused, with the id of the key, is a payload', () => {
  const flipped = (bytes: Uint8Array | null | undefined, at: number): Uint8Array => {
    const copy = Buffer.from(bytes ?? []);
    const place = at < 0 ? copy.length + at : at;
    copy[place] = (copy[place] ?? 0) ^ 1;
    return copy;
  };
  const altered: [string, (payload: Payload) => Payload][] = [
    ['whose nonce was altered', ({ metadata, data }) => ({ metadata, data: flipped(data, 0) })],
    ['whose ciphertext was altered', ({ metadata, data }) => ({ metadata, data: flipped(data, 20) })],
    ['whose tag was altered', ({ metadata, data }) => ({ metadata, data: flipped(data, -1) })],
    ['that was cut', ({ metadata, data }) => ({ metadata, data: data?.subarray(0, -1) })],
    ['that was cut short', ({ metadata, data }) => ({ metadata, data: data?.subarray(0, 20) })],
    ['without data', ({ metadata }) => ({ metadata })],
    [
      'that names another known key',
      ({ metadata, data }) => ({ metadata: { ...metadata, 'encryption-key-id': Buffer.from('second') }, data }),
    ],
  ];

  test.each(altered)('%s', async (_, alter) => {
    const codec = codecOf(first, second);
    const refused = codec.decode([alter(await encrypted(codec, order))]);
    await expect(refused).rejects.toThrow(PayloadRefusedError);
    await expect(refused).rejects.toThrow(/altered, or encrypted with a different key of the id "(first|second)"/);
  });

  test('encrypted with another key of the same id', async () => {
    const payload = await encrypted(codecOf(`same:${randomBytes(32).toString('base64')}`), order);
    await expect(codecOf(`same:${randomBytes(32).toString('base64')}`).decode([payload])).rejects.toThrow(
      /a different key of the id "same"/,
    );
  });

  test('that names the same key by another id', async () => {
    const key = randomBytes(32).toString('base64');
    const { metadata, data } = await encrypted(codecOf(`one:${key}`), order);
    const renamed = { metadata: { ...metadata, 'encryption-key-id': Buffer.from('two') }, data };
    await expect(codecOf(`two:${key}`).decode([renamed])).rejects.toThrow(PayloadRefusedError);
  });

  test('encrypted with a key that is not known', async () => {
    await expect(codecOf(second).decode([await encrypted(codecOf(first), order)])).rejects.toThrow(
      'a payload is encrypted with the key "first", which this process does not have',
    );
  });
});
