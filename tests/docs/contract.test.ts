/** docs/contract.md names every route and message that there is, no other, and for each a test that exists. */
import path from 'node:path';
import { deadQueue, orderMessages, queues, ratingMessages, ratingsExchange, retryQueue } from '../../contracts/names';
import { allRoutes } from '../component/fixtures/routes';
import { expectTests } from './fixtures/cites';
import { codesIn, tableUnder } from './fixtures/table';

const document = path.resolve(__dirname, '../../docs/contract.md');
const services = ['user', 'restaurant', 'delivery'] as const;
const messageTables = ['Queues and the exchange', 'The workflows'];

/** As Express writes it: without what follows a question mark, and only the path's own parameters. */
const withoutQuery = (route: string): string => route.split('?')[0] ?? route;

describe.each(services)('the table of the %s service', (service) => {
  const rows = tableUnder(document, `${service} service`);

  test('has every route of it, canonical and old, and no other', () => {
    const written = rows.flatMap((row) => codesIn(`${row['route']} ${row['old name']}`)).map(withoutQuery);
    const routes = allRoutes().filter((route) => route.service === service);
    expect(written.sort()).toEqual(routes.map(({ method, path: at }) => `${method} ${at}`).sort());
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

const rows = [...services.map((service) => `${service} service`), ...messageTables, 'Rules'].flatMap((heading) =>
  tableUnder(document, heading).map((row) => ({
    what: `${heading}: ${row['route'] ?? row['name'] ?? row['rule']}`,
    row,
  })),
);

test.each(rows)('$what is shown by tests that exist', ({ row }) => {
  expectTests(row['shown by'], document);
});
