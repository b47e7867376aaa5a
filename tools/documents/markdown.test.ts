/** The form of every Markdown page: one changed word is a one-line diff, and what it links to or tells to run exists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const markdownIn = (folder: string, recursive: boolean): string[] =>
  readdirSync(path.join(root, folder), { recursive, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join(folder, file));
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: object };
const read = (page: string): string => readFileSync(path.join(root, page), 'utf8');

/** A heading's anchor as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

function leadsSomewhere(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(path.join(root, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

describe.each([...markdownIn('.', false), ...markdownIn('docs', true)])('%s', (page) => {
  const lines = read(page).split('\n');

  test('has no line over 200 characters', () => {
    expect(lines.filter((line) => line.length > 200)).toEqual([]);
  });

  test('pads no table', () => {
    expect(lines.filter((line) => line.startsWith('|') && / {2,}\||-{4,}/.test(line))).toEqual([]);
  });

  test('begins with its title and a paragraph that says whom it is for', () => {
    const [title, paragraph] = lines.filter((line) => line !== '');
    expect(title).toMatch(/^# \S/);
    expect(paragraph).toMatch(/^[\p{L}\p{N}*[].{20}/u);
  });

  test('links only to files and headings that exist', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  test('names only commands that exist', () => {
    const named = [...read(page).matchAll(/\bnpm run(?: -s)? ([a-z][a-z:-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
