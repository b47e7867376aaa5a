import type { Message } from 'amqplib';
import { createSignature, signatureHeader } from './signature';

const secret = 'a secret of thirty-two characters at the least';
const signature = createSignature(secret);
const body = Buffer.from('{"order_id":"1"}');
const good = signature.sign('place-order-queue', true, body);

/** A request that arrived by the default exchange, with this signature header. */
const messageWith = (header: unknown, { queue = 'place-order-queue', content = body, asks = true } = {}) =>
  ({
    fields: { exchange: '', routingKey: queue },
    properties: { replyTo: asks ? 'back' : undefined, headers: { [signatureHeader]: header } },
    content,
  }) as unknown as Message;

test('a signature verifies the message that it was made for', () => {
  expect(signature.verify(messageWith(good))).toBe(true);
});

test.each<[string, Message]>([
  ['of another secret', messageWith(createSignature(`${secret}!`).sign('place-order-queue', true, body))],
  ['of another body', messageWith(good, { content: Buffer.from('{"order_id":"2"}') })],
  ['of another queue', messageWith(good, { queue: 'change-order-status-queue' })],
  ['of a message that is no request', messageWith(signature.sign('place-order-queue', false, body))],
  ['of a request, where none asks for a reply', messageWith(good, { asks: false })],
  ['that is cut', messageWith(good.slice(1))],
  ['that is empty', messageWith('')],
  ['of as many characters, but more bytes', messageWith('é'.repeat(good.length))],
  ['that is no text', messageWith(Buffer.from(good))],
  ['that is not there', messageWith(undefined)],
])('a message is refused with a signature %s', (_which, message) => {
  expect(signature.verify(message)).toBe(false);
});
