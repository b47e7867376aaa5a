/** docs/contract.md names every route and message that there is, no other, and for each a test that exists. */
import path from 'node:path';
import type { Express } from 'express';
import { createDeliveryApp } from '../../api/delivery/app';
import { createRestaurantApp } from '../../api/restaurant/app';
import { createUserApp } from '../../api/user/app';
import { deadQueue, orderMessages, queues, ratingMessages, ratingsExchange, retryQueue } from '../../contracts/names';
import { createLog } from '../../lib/log';
import { expectTests } from './fixtures/cites';
import { codesIn, tableUnder } from './fixtures/table';

const document = path.resolve(__dirname, '../../docs/contract.md');
const log = createLog('test', 'silent');
/** Nothing is called: the apps are only looked at. */
const deps = { log } as never;

const services: [string, Express][] = [
  ['user service', createUserApp(deps)],
  ['restaurant service', createRestaurantApp(deps)],
  ['delivery service', createDeliveryApp(deps)],
];
const messageTables = ['Queues and the exchange', 'The workflows'];

interface Layer {
  route?: { path: string | string[]; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** `METHOD /path` of everything that an app answers. */
function routesOf(layers: Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => {
    if (!route) return handle.stack ? routesOf(handle.stack) : [];
    return Object.keys(route.methods).flatMap((method) =>
      [route.path].flat().map((at) => `${method.toUpperCase()} ${at}`),
    );
  });
}

/** As Express writes it: without what follows a question mark, and only the path's own parameters. */
const withoutQuery = (route: string): string => route.split('?')[0] ?? route;

describe.each(services)('the table of the %s', (name, app) => {
  const rows = tableUnder(document, name);

  test('has every route of it, canonical and old, and no other', () => {
    const written = rows.flatMap((row) => codesIn(`${row['route']} ${row['old name']}`)).map(withoutQuery);
    expect(written.sort()).toEqual(routesOf(app.router.stack as unknown as Layer[]).sort());
  });
});

test('the table of the messages has every queue and the exchange', () => {
  const written = tableUnder(document, 'Queues and the exchange').flatMap((row) => codesIn(row['name'] ?? ''));
  const beside = [retryQueue('<queue>'), deadQueue('<queue>')];
  expect(written.sort()).toEqual([...Object.values(queues), ratingsExchange, ...beside].sort());
});

test('the table of the workflows has every update, signal and query', () => {
  const written = tableUnder(document, 'The workflows').flatMap((row) => codesIn(row['name'] ?? ''));
  expect(written.sort()).toEqual([...Object.values(orderMessages), ...Object.values(ratingMessages)].sort());
});

const rows = [...services.map(([name]) => name), ...messageTables, 'Rules'].flatMap((heading) =>
  tableUnder(document, heading).map((row) => ({
    what: `${heading}: ${row['route'] ?? row['name'] ?? row['rule']}`,
    row,
  })),
);

test.each(rows)('$what is shown by tests that exist', ({ row }) => {
  expectTests(row['shown by'], document);
});
