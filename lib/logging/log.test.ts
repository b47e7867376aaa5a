import { addLogFields, withLogFields } from './correlation';
import { createLog, nextLevel, type Log } from './log';

function aLog(level = 'info') {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { lines, log: createLog('a-process', level, { write }) };
}

describe('a line', () => {
  it('has the time, level, process and its own fields outside of any work', () => {
    const { lines, log } = aLog();
    log.info({ event: 'ready', address: 'http://127.0.0.1:1' }, 'it is ready');
    const expected = {
      level: 30,
      name: 'a-process',
      event: 'ready',
      address: 'http://127.0.0.1:1',
      msg: 'it is ready',
    };
    expect(lines).toEqual([{ ...expected, time: expect.stringMatching(/^\d{4}-.*Z$/) as string }]);
  });

  it('has the fields of the current work, of the enclosing work, and those added later', async () => {
    const { lines, log } = aLog();
    await withLogFields({ request_id: 'r1', trace_id: undefined }, async () => {
      await Promise.resolve();
      await withLogFields({ order_id: 'o1' }, async () => {
        await Promise.resolve();
        addLogFields({ workflow_id: 'w1' });
        log.info({ event: 'inside' }, '');
      });
      log.info({ event: 'outside' }, '');
    });
    log.info({ event: 'afterwards' }, '');
    expect(lines[0]).toMatchObject({ event: 'inside', request_id: 'r1', order_id: 'o1', workflow_id: 'w1' });
    expect(lines[1]).toMatchObject({ event: 'outside', request_id: 'r1' });
    expect(lines[1]).not.toHaveProperty('order_id');
    expect(lines[2]).not.toHaveProperty('request_id');
  });

  it('does not mix the fields of concurrent work; its own fields take precedence', async () => {
    const { lines, log } = aLog();
    const work = (id: string) =>
      withLogFields({ order_id: id }, async () => {
        await new Promise(setImmediate);
        log.info({ event: id }, '');
      });
    await Promise.all(['a', 'b', 'c'].map(work));
    expect(lines.map(({ event, order_id }) => event === order_id)).toEqual([true, true, true]);
    withLogFields({ order_id: 'a' }, () => log.info({ event: 'own', order_id: 'b' }, ''));
    expect(lines.at(-1)).toMatchObject({ order_id: 'b' });
  });
});

test('a line holds no character that controls a terminal, and means the same', () => {
  let line = '';
  const foreign = '\u001b[2J\u009b\u007f\u2028\u202e\u2067';
  createLog('a-process', 'info', { write: (text) => (line += text) }).info(
    { event: 'ready', order_id: foreign },
    foreign,
  );
  expect(line).toMatch(/^[^\p{Cc}\u2028-\u202e\u2066-\u2069]*\n$/u);
  expect(JSON.parse(line)).toMatchObject({ order_id: foreign, msg: foreign });
});

describe('the level', () => {
  const write = (log: Log): void => log.debug({ event: 'detail' }, '');

  it('takes effect at once, for existing children too', () => {
    const { lines, log } = aLog();
    const child = log.child({ connection: 'publishes' });
    const grandchild = child.child({ channel: '1' });
    [log, child, grandchild].forEach(write);
    expect(lines).toHaveLength(0);
    log.level = 'debug';
    [log, child, grandchild].forEach(write);
    expect(lines).toHaveLength(3);
    log.level = 'info';
    [log, child, grandchild].forEach(write);
    expect(lines).toHaveLength(3);
  });

  it.each([
    ['info', ['debug', 'trace', 'info']],
    ['warn', ['info', 'debug', 'trace', 'warn']],
    ['silent', ['info', 'debug', 'trace', 'silent']],
    ['debug', ['trace', 'debug']],
    ['trace', ['trace']],
  ])('goes from %s by steps through all that say more, and back', (configured, steps) => {
    const gone: string[] = [];
    for (let level = configured; gone.length < steps.length; gone.push(level)) level = nextLevel(level, configured);
    expect(gone).toEqual(steps);
  });
});
