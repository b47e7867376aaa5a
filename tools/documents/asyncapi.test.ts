import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import official from '@asyncapi/specs/schemas/3.0.0-without-$id.json';
import { deadQueue, eventsExchange, queues, ratingsExchange, retryQueue } from '../../contracts/names';
import { asyncApiDocument } from './asyncapi';

const document = asyncApiDocument();

test('it is valid by the official schema of AsyncAPI 3.0', () => {
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  const fits = ajv.compile(official);
  fits(document);
  expect(fits.errors).toBeNull();
});

test('it has every queue that is declared, and the exchanges', () => {
  const declared = Object.values(queues).flatMap((queue) => [queue, retryQueue(queue), deadQueue(queue)]);
  const described = (Object.values(document.channels) as { address: string }[]).map(({ address }) => address);
  expect(described.sort()).toEqual([...declared, ratingsExchange, eventsExchange, 'amq.rabbitmq.reply-to'].sort());
});

const messages = Object.entries(document.components.messages as Record<string, { examples?: { payload: unknown }[] }>);
const withExample = messages.filter(([name]) => name !== 'DeadLetter');

test.each(withExample)('its example of %s is one', (name, { examples = [] }) => {
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  ajv.addSchema(document, 'document');
  const fits = ajv.getSchema(`document#/components/schemas/${name}`);
  expect(examples).toHaveLength(1);
  expect(fits?.(examples[0]?.payload)).toBe(true);
});
