import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Message } from 'amqplib';
import { nameOf } from './destination';

/** Where a message bears its signature. */
export const signatureHeader = 'x-signature';

/** Tells messages of those who know a secret from everybody else's. One that was seen can be sent again, as it was and where it was. */
export interface Signature {
  /** Of a message to this exchange or, by the default exchange, this queue. */
  of(destination: string, isRequest: boolean, body: Buffer): string;
  /** Whether a message that has come bears it. */
  fits(message: Message): boolean;
}

export function createSignature(secret: string): Signature {
  // The body alone would fit in another queue as well, and a copy of a message would do for a request.
  const of = (destination: string, isRequest: boolean, body: Buffer): string =>
    createHmac('sha256', secret)
      .update(`${isRequest ? 'request' : 'message'} ${destination}\n`)
      .update(body)
      .digest('base64url');
  return {
    of,
    fits({ fields, properties, content }) {
      const given: unknown = properties.headers?.[signatureHeader];
      if (typeof given !== 'string') return false;
      const right = Buffer.from(of(nameOf(fields), properties.replyTo !== undefined, content));
      const bytes = Buffer.from(given); // of text that may be anybody's: as many characters may be more bytes
      return bytes.length === right.length && timingSafeEqual(bytes, right);
    },
  };
}

/** What is said of a message without it. */
export const unsigned = 'UNSIGNED_MESSAGE: it does not bear the signature that MESSAGE_SECRET asks for';
