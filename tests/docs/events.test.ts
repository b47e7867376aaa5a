/** docs/events.md describes each type of event, with the facts that it has. */
import path from 'node:path';
import { orderEvents } from '../../contracts/events';
import { loggedTypes, type LoggedType } from '../../contracts/order-log';
import { codesIn, tableUnder } from './fixtures/table';

const rows = tableUnder(path.resolve(__dirname, '../../docs/events.md'), 'Types');
const ofEveryEvent = ['order_id', 'status', 'delivery'];

test('each type is described, and no other, in their order', () => {
  expect(rows.map(({ what = '' }) => codesIn(what)).flat()).toEqual(loggedTypes);
});

test.each(rows)('$what is described with its data', ({ what = '', data = '' }) => {
  const { shape } = orderEvents[codesIn(what)[0] as LoggedType].shape.data;
  const facts = Object.keys(shape).filter((name) => !ofEveryEvent.includes(name));
  expect(codesIn(data)).toEqual(facts);
});
