import { ConfigError } from '../../lib/config/config';
import {
  ExpectedError,
  createCommand,
  createMain,
  messageOf,
  parseCount,
  parseShare,
  parseWhole,
  portBaseOption,
  printError,
  printLines,
  say,
  table,
} from './cli';

let printed: string;
beforeEach(() => {
  printed = '';
  const print = (text: string | Uint8Array) => Boolean((printed += String(text)));
  jest.spyOn(process.stderr, 'write').mockImplementation(print);
  jest.spyOn(process.stdout, 'write').mockImplementation(print);
});
afterEach(() => jest.restoreAllMocks());

describe('a command', () => {
  const main = (work: () => Promise<number>) =>
    createMain((run) =>
      createCommand('cook', 'cooks')
        .addOption(portBaseOption())
        .action(() => run(work())),
    );

  test.each([0, 1, 130])('that resolves to %i has that exit code', async (code) => {
    expect(await main(() => Promise.resolve(code))([])).toBe(code);
  });

  test.each([
    ['an expected error', new ExpectedError('no salt'), 1],
    ['a configuration error', new ConfigError('no salt'), 2],
  ])('that fails with %s prints its message alone', async (_what, error, code) => {
    expect(await main(() => Promise.reject(error))([])).toBe(code);
    expect(printed).toBe('no salt\n');
  });

  test('that fails with any other error rejects, because that is a bug', async () => {
    await expect(main(() => Promise.reject(new TypeError('no salt')))([])).rejects.toThrow(TypeError);
  });

  test.each([[['--speed', '2']], [['--port-base', '80']], [['--port-base', 'x']]])(
    'with the bad arguments %j does not run, and has exit code 2',
    async (args) => {
      const work = jest.fn(() => Promise.resolve(0));
      expect(await main(work)(args)).toBe(2);
      expect(work).not.toHaveBeenCalled();
    },
  );

  test('prints its help, with exit code 0', async () => {
    expect(await main(() => Promise.resolve(1))(['--help'])).toBe(0);
    expect(printed).toContain('Usage: npm run cook -- [options]');
  });
});

test.each([
  [parseWhole, ['0', '12'], ['', '-1', '1.5', 'many']],
  [parseCount, ['1', '12'], ['0']],
  [parseShare, ['1', '0.05'], ['0', '1.1', '']],
])('%p takes %j and refuses %j', (parse, good, bad) => {
  expect(good.map(parse)).toEqual(good.map(Number));
  for (const text of bad) expect(() => parse(text)).toThrow();
});

test('a table aligns its columns, numbers to the right, and shows what is missing as a dash', () => {
  expect(
    table([
      ['DISH', 'PRICE', 'WINE', 'NOTE'],
      ['dal', 4, null, 'hot'],
      ['paneer', null, null, 'mild'],
    ]),
  ).toEqual(['DISH    PRICE  WINE  NOTE', 'dal         4  -     hot', 'paneer      -  -     mild']);
});

describe('text of people and of other programs cannot control the terminal', () => {
  const foreign = '\u001b[2J\u009b1m\u202ered';
  const asEscapes = '\\u001b[2J\\u009b1m\\u202ered';

  test('in lines, progress and errors, which keep their own line breaks', () => {
    printLines([foreign, 'one\n\ttwo']);
    say(foreign);
    printError(foreign);
    expect(printed.replace(/\d\d:\d\d:\d\d/, 'TIME')).toBe(
      `${asEscapes}\none\n\ttwo\nTIME  ${asEscapes}\n${asEscapes}\n`,
    );
  });

  test('in JSON, which means the same', () => {
    printLines([JSON.stringify({ foreign }, null, 2)]);
    expect(printed).toContain(asEscapes);
    expect(JSON.parse(printed)).toEqual({ foreign });
  });

  test('in tables, whose columns stay aligned and whose rows stay one line each', () => {
    expect(
      table([
        ['NAME', 'ID'],
        ['a\nb', 1],
        ['\u001b', 2],
      ]),
    ).toEqual(['NAME      ID', 'a\\u000ab   1', '\\u001b     2']);
  });
});

test('the message of an error names its causes', () => {
  expect(messageOf(new Error('no soup', { cause: new Error('no pot', { cause: 'theft' }) }))).toBe(
    'no soup (no pot (theft))',
  );
});
