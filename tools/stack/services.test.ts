import { saysReady } from './part';

describe('saysReady', () => {
  it('finds the ready line among others', () => {
    expect(saysReady('starting\n{"level":30,"event":"ready","address":"http://127.0.0.1:8001"}\n')).toBe(true);
  });

  it('is not misled by other events, cut lines or text', () => {
    expect(saysReady('{"event":"connecting"}\n{"event":"rea')).toBe(false);
    expect(saysReady('the "event" is "ready"')).toBe(false);
    expect(saysReady('')).toBe(false);
  });
});
