/** docs/contract.md names every message that there is and no other, and tests for each entry. Its routes are in docs/routes.md. */
import path from 'node:path';
import { commandUpdates } from '../../workflows/messages';
import {
  deadQueue,
  eventsExchange,
  orderMessages,
  queues,
  ratingMessages,
  ratingsExchange,
  retryQueue,
} from '../../contracts/names';
import { expectTests, promisesUnder } from './fixtures/promises';

const document = path.resolve(__dirname, '../../docs/contract.md');
const namesUnder = (heading: string): string[] => promisesUnder(document, heading).map(({ what }) => what);

test('the queues and the exchanges are all there', () => {
  const others = [ratingsExchange, eventsExchange, retryQueue('<queue>'), deadQueue('<queue>')];
  expect(namesUnder('Queues and exchanges').sort()).toEqual([...Object.values(queues), ...others].sort());
});

test("the workflows' signals, queries and updates are all there", () => {
  const messages = [...Object.keys(commandUpdates), ...Object.values(orderMessages), ...Object.values(ratingMessages)];
  expect(namesUnder('Workflows').sort()).toEqual(messages.sort());
});

const headings = ['HTTP', 'Queues and exchanges', 'Events', 'Workflows', 'Rules'];

test.each(headings.flatMap((heading) => promisesUnder(document, heading)))('$what names existing tests', (promise) => {
  expectTests(promise);
});
