/** A connection that has never come about. */
import { createLog } from '../logging/log';
import { openConnection } from './connection';

/** Nothing listens there: port 1 is reserved. */
const nowhere = 'amqp://127.0.0.1:1';

test('one that nobody waits for is closed before it has come, and leaves no rejection that nobody handles', async () => {
  const link = await openConnection({
    url: nowhere,
    name: 'test',
    log: createLog('test', 'silent'),
    topology: async () => undefined,
    startup: 'none',
  });
  await link.close();
  await new Promise(setImmediate); // by then Jest has failed the test for a rejection that went unhandled, as Node ends a process
  expect(link.isConnected()).toBe(false);
});
