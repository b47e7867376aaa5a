import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Message } from 'amqplib';
import { nameOf } from './message';

export const signatureHeader = 'x-signature';

/** Authenticates messages by a shared secret. It does not prevent replay: a captured message can be sent again to the same destination. */
export type Signature = ReturnType<typeof createSignature>;

export function createSignature(secret: string) {
  /** Covers the exchange or queue and the kind too: otherwise it would be valid in another queue, and a copy would pass for a request. */
  const sign = (destination: string, isRequest: boolean, body: Buffer): string =>
    createHmac('sha256', secret)
      .update(`${isRequest ? 'request' : 'message'} ${destination}\n`)
      .update(body)
      .digest('base64url');
  return {
    sign,
    verify({ fields, properties, content }: Message): boolean {
      const given: unknown = properties.headers?.[signatureHeader];
      if (typeof given !== 'string') return false;
      const expected = Buffer.from(sign(nameOf(fields), properties.replyTo !== undefined, content));
      const bytes = Buffer.from(given); // untrusted text: the same number of characters may be more bytes
      return bytes.length === expected.length && timingSafeEqual(bytes, expected);
    },
  };
}

/** How the reason of every dead letter begins that was refused for its missing or wrong signature. */
export const unsignedCode = 'UNSIGNED_MESSAGE';
export const unsignedReason = `${unsignedCode}: it has no valid signature, which MESSAGE_SECRET requires`;
