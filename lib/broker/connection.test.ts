/** A connection that was never established. */
import { createLog } from '../logging/log';
import { openConnection } from './connection';

/** Nothing listens there: port 1 is reserved. */
const nowhere = 'amqp://127.0.0.1:1';

test('an optional connection closes before it is established, without an unhandled rejection', async () => {
  const link = await openConnection({
    url: nowhere,
    name: 'test',
    log: createLog('test', 'silent'),
    topology: async () => undefined,
    startup: 'none',
  });
  await link.close();
  await new Promise(setImmediate); // Jest fails the test for an unhandled rejection by then, as Node would end the process
  expect(link.isConnected()).toBe(false);
});
