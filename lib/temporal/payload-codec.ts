import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { PayloadKey, PayloadKeys } from './payload-keys';

/** Thrown when a payload's key is unknown to this process, or the payload was altered. */
export class PayloadRefusedError extends Error {
  override readonly name = 'PayloadRefusedError';
}

const algorithm = 'aes-256-gcm';
const encoding = 'binary/encrypted';
const nonceBytes = 12;
const tagBytes = 16;
const { Payload: wire } = temporal.api.common.v1;

/**
 * Encrypts each payload, including its metadata, with the current key and a new nonce, so that equal values look different. Decrypts with
 * any of the keys. Plain payloads, from before encryption, pass through. Throws PayloadRefusedError.
 * The metadata names the key: `encryption-key-id`. The data is the nonce, the ciphertext, and the tag of 16 bytes.
 */
export const payloadCodec = ({ current, all }: PayloadKeys): PayloadCodec => ({
  encode: async (payloads) => (current ? payloads.map((payload) => encrypt(payload, current)) : payloads),
  decode: async (payloads) => payloads.map((payload) => (isEncrypted(payload) ? decrypt(payload, all) : payload)),
});

const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
const isEncrypted = ({ metadata }: Payload): boolean => textOf(metadata?.encoding) === encoding;

/** Authenticated with the payload. The workflow's id is not: a codec server does not receive it, so it could not decrypt. */
const boundTo = (keyId: string): Buffer => Buffer.from(`${encoding}\n${keyId}`);

function encrypt(payload: Payload, { id, key }: PayloadKey): Payload {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(boundTo(id));
  const data = Buffer.concat([
    nonce,
    cipher.update(wire.encode(payload).finish()),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return { metadata: { encoding: Buffer.from(encoding), 'encryption-key-id': Buffer.from(id) }, data };
}

function decrypt({ metadata, data }: Payload, keys: PayloadKey[]): Payload {
  const id = textOf(metadata?.['encryption-key-id']);
  const found = keys.find((each) => each.id === id);
  if (!found)
    throw new PayloadRefusedError(`a payload is encrypted with the key "${id}", which this process does not have`);
  const bytes = Buffer.from(data ?? []);
  if (bytes.length < nonceBytes + tagBytes) throw altered(id);
  const decipher = createDecipheriv(algorithm, found.key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(boundTo(id)).setAuthTag(bytes.subarray(-tagBytes));
  try {
    const plain = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    const { metadata, data, ...more } = wire.decode(plain);
    return { ...more, metadata, data };
  } catch (error) {
    throw altered(id, error);
  }
}

const altered = (id: string, cause?: unknown): PayloadRefusedError =>
  new PayloadRefusedError(`a payload was altered, or encrypted with a different key of the id "${id}"`, { cause });

/** For each client and worker of a process. Without keys values stay plain. A worker's workflow bundle encodes its failures (`loadWorkflows`). */
export function dataConverterOf(keys: PayloadKeys | undefined): DataConverter | undefined {
  if (!keys) return undefined;
  return {
    payloadCodecs: [payloadCodec(keys)],
    ...(keys.current && { failureConverterPath: require.resolve('./encoded-failures') }),
  };
}
