import type { Message } from 'amqplib';
import { copyProperties } from './message-copy';

const aMessage = (properties: object) => ({ content: Buffer.from('{}'), fields: {}, properties }) as unknown as Message;

test('a copy omits a name that has grown in decoding, so that it could not be published again', () => {
  const grown = '\ufffd'.repeat(255);
  const copy = copyProperties(aMessage({ messageId: grown, appId: grown, headers: { [grown]: 1 } }), 'us', {});
  expect(copy.messageId).toBeUndefined();
  expect(Object.keys(copy.headers as object)).not.toContain(grown);
});

test("a copy's headers fit the encoder, whatever the message had", () => {
  const headers = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`${n}`, '界'.repeat(n % 2 ? 1_000 : 333)]));
  const copy = copyProperties(aMessage({ headers }), 'us', { reason: '界'.repeat(1_000) });
  expect(JSON.stringify(copy.headers)).toContain('界');
  expect(Buffer.byteLength(JSON.stringify(copy.headers))).toBeLessThan(60_000);
});

test("a message's app_id survives in its copies, which carry ours", () => {
  const first = copyProperties(aMessage({ appId: 'old-program' }), 'us', { attempts: 1 });
  const second = copyProperties(aMessage({ appId: 'us', headers: first.headers as object }), 'us', { attempts: 2 });
  expect(second.headers).toMatchObject({ 'x-app-id': 'old-program', 'x-attempts': 2 });
});
