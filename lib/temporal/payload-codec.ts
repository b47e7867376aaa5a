import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { PayloadKey, PayloadKeys } from './payload-keys';

/** Thrown when a payload is encrypted with a key that is not known here, or is not any more what was encrypted. */
export class PayloadRefusedError extends Error {
  override readonly name = 'PayloadRefusedError';
}

const algorithm = 'aes-256-gcm';
const encoding = 'binary/encrypted';
const nonceBytes = 12;
const tagBytes = 16;
const { Payload: wire } = temporal.api.common.v1;

/**
 * Encrypts each payload whole, its own metadata included, with the current key; a new nonce each time, so that the same value never looks the
 * same. Decrypts with any of the keys. What is not encrypted passes through: it was written before. Throws PayloadRefusedError.
 *
 * The metadata names the key: `encryption-key-id`. The data is the nonce, the ciphertext, and the tag of 16 bytes.
 */
export const payloadCodec = ({ current, all }: PayloadKeys): PayloadCodec => {
  const known = new Map(all.map((each) => [each.id, each]));
  return {
    encode: async (payloads) => (current ? payloads.map((payload) => encrypt(payload, current)) : payloads),
    decode: async (payloads) => payloads.map((payload) => (isEncrypted(payload) ? decrypt(payload, known) : payload)),
  };
};

const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
const isEncrypted = ({ metadata }: Payload): boolean => textOf(metadata?.encoding) === encoding;

/**
 * Authenticated with the payload, so that it is what it was written as, under the key that it names. Not with it: the workflow that it belongs
 * to. A codec server is not told it, so it could show nothing.
 */
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

function decrypt({ metadata, data }: Payload, known: Map<string, PayloadKey>): Payload {
  const id = textOf(metadata?.['encryption-key-id']);
  const found = known.get(id);
  if (!found) throw new PayloadRefusedError(`a payload is encrypted with the key "${id}", which is not known here`);
  const bytes = Buffer.from(data ?? []);
  if (bytes.length < nonceBytes + tagBytes) throw altered(id);
  const decipher = createDecipheriv(algorithm, found.key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(boundTo(id)).setAuthTag(bytes.subarray(-tagBytes));
  try {
    const plain = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    const { metadata, data, ...more } = wire.decode(plain);
    return { ...more, metadata, data };
  } catch (err) {
    throw altered(id, err);
  }
}

const altered = (id: string, cause?: unknown): PayloadRefusedError =>
  new PayloadRefusedError(`a payload was altered, or encrypted with another key of the id "${id}"`, { cause });
