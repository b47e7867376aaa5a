/** docs/operations.md says of each alert what to do, and of no other. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { alerts, queries, selectorsOf } from './fixtures/queries';

const text = readFileSync(path.resolve(__dirname, '../../docs/operations.md'), 'utf8');
const sections = text.split(/^### /m).slice(1);
const headings = sections.map((section) => section.split('\n')[0]);

test('each alert has a section, in the order of the rules, and there is no other', () => {
  expect(headings).toEqual(alerts.map(({ alert }) => alert));
});

test.each(alerts)('$alert leads to its section', ({ alert, annotations }) => {
  expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
});

test('the links within lead to sections that there are', () => {
  const targets = [...text.matchAll(/\]\(#([a-z]+)\)/g)].map(([, target]) => target);
  expect(targets.length).toBeGreaterThan(5);
  const anchors = headings.map((heading) => heading?.toLowerCase());
  expect(targets.filter((target) => !anchors.includes(target))).toEqual([]);
});

test.each(queries)('$name asks in PromQL: $expr', (query) => {
  expect(selectorsOf(query).length).toBeGreaterThan(0);
});
