import { createLog } from '../logging/log';
import { createBestEffortPublish } from './broker';
import { BrokerUnavailableError } from './errors';

test('best-effort publishing skips events that the broker does not take, and publishes the others', async () => {
  const published: unknown[] = [];
  const broker = {
    publish: async (_to: unknown, body: unknown) => {
      if (body === 'lost') throw new BrokerUnavailableError('not connected to the broker');
      published.push(body);
    },
  };
  await createBestEffortPublish<string>(broker, 'a-queue', createLog('test', 'silent'))(['one', 'lost', 'two']);
  expect(published).toEqual(['one', 'two']);
});
