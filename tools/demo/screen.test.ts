import { printDetail, printTable } from './screen';

let printed: string;
beforeEach(() => {
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((printed += String(text))));
});
afterEach(() => jest.restoreAllMocks());

/** The screen's own styles. */
const withoutStyles = (text: string): string => text.replaceAll(/\u001b\[\d*m/g, '');

test('what people have written cannot control the terminal', () => {
  printTable([{ name: '\u001b[2J\n\u202ered' }]);
  printDetail('\u009b2J');
  expect(withoutStyles(printed)).toBe('    name\n    \\u001b[2J\\u000a\\u202ered\n    -> \\u009b2J\n');
});
