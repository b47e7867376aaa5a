import fc from 'fast-check';
import { openInDatabases, type OpenIds } from './repair';

const holding =
  (ids: string[]): OpenIds =>
  async (after, limit) =>
    [...new Set(ids)]
      .sort()
      .filter((id) => id > after)
      .slice(0, limit);

async function pagesOf(lists: string[][], limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  for await (const page of openInDatabases(lists.map(holding), limit)) pages.push(page);
  return pages;
}

/** Few ids, so that the lists have many in common. */
const someIds = fc.array(fc.nat(40).map((n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`));

test('open orders of three databases are merged into ascending pages, each order once, for any page size', async () => {
  await fc.assert(
    fc.asyncProperty(fc.tuple(someIds, someIds, someIds), fc.integer({ min: 1, max: 50 }), async (lists, limit) => {
      const all = [...new Set(lists.flat())].sort();
      expect((await pagesOf(lists, limit)).flat()).toEqual(all);
    }),
  );
});

test('the size of a page does not depend on the number of orders', async () => {
  const ids = Array.from({ length: 100 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
  for (const page of await pagesOf([ids, ids.filter((_, at) => at % 2), []], 10)) {
    expect(page.length).toBeLessThanOrEqual(20);
  }
});
