/** What `npm run queues` does with dead letters on a real broker. */
import { deadQueue, platformAppId } from '../../contracts/names';
import { ExpectedError } from '../../tools/cli/cli';
import { drop, readLetters, redrive } from '../../tools/broker/dead-letters';
import { overview } from '../../tools/queues/main';
import { aGate } from '../fixtures/gate';
import { until } from '../fixtures/until';
import { deadLetters, queue } from './fixtures/dead-letters';

/** How many were put back. */
const putBack = async (...given: Parameters<typeof redrive>) => (await redrive(...given)).redriven;

const dead = deadQueue(queue);
let broker: Awaited<ReturnType<typeof deadLetters>>;
beforeAll(async () => {
  broker = await deadLetters();
});
afterAll(() => broker.close());
afterEach(() => broker.clear());

const management = () => process.env.RABBITMQ_MANAGEMENT_URL ?? null;
const overviewOf = async (name: string) =>
  (await overview({ amqp: broker.url, management: management() })).find((row) => row.queue === name);

describe('the overview', () => {
  test('counts waiting messages, messages in flight, consumers and dead letters', async () => {
    await broker.addDeadLetters(2);
    const gate = aGate();
    await broker.worker(() => gate.promise);
    for (let n = 0; n < 5; n += 1) await broker.send(queue, JSON.stringify({ n }));
    // The worker takes three at a time; the management interface counts from time to time.
    await until('the numbers', async () => (await overviewOf(queue))?.inFlight === 3).finally(gate.open);
    expect(await overviewOf(queue)).toMatchObject({ queue, consumers: 1, dead: 2, retrying: 0 });
  });

  test('omits the numbers of an unavailable management interface', async () => {
    const rows = await overview({ amqp: broker.url, management: 'http://127.0.0.1:1' });
    expect(rows.find((row) => row.queue === queue)).toMatchObject({ inFlight: null, retrying: null, dead: 0 });
  });

  test('of a broker that is down is an error that hides the password', async () => {
    const failed = overview({ amqp: 'amqp://guest:secret@127.0.0.1:1/', management: null });
    await expect(failed).rejects.toThrow(/^RabbitMQ does not answer at 127\.0\.0\.1:1: (?!.*secret)/);
  });
});

describe('the dead letter', () => {
  test('of a malformed message shows the reason and the original message', async () => {
    await broker.worker(async () => undefined);
    await broker.send(queue, '{"n":"one"}', { messageId: 'm-1', type: 'order', appId: 'old-program' });
    await broker.dead(1);
    expect(await readLetters(broker.url, queue, 'all')).toMatchObject([
      {
        id: 'm-1',
        reason: 'n: not a number',
        firstReason: 'n: not a number',
        attempts: 1,
        appId: 'old-program',
        redriven: 0,
        properties: { messageId: 'm-1', type: 'order' },
        body: { text: '{"n":"one"}' },
      },
    ]);
  });

  test('of a body that is not UTF-8 shows its bytes, and is redriven unchanged', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x00]);
    const worker = await broker.worker(async () => undefined);
    await broker.send(queue, bytes);
    await broker.dead(1);
    await worker.close();
    const [letter] = await readLetters(broker.url, queue, 'all');
    expect(letter?.body).toEqual({ base64: bytes.toString('base64') });
    expect(await putBack(broker.url, queue, 'all')).toBe(1);
    expect((await broker.next(queue)).content).toEqual(bytes);
  });

  test.each([[undefined], ['not typeable \u001b[2J'], ['']])(
    'with the message id %j gets another id, the same each time',
    async (messageId) => {
      await broker.send(dead, 'one', { messageId });
      await broker.send(dead, 'two', { messageId });
      const [one, two] = await readLetters(broker.url, queue, 'all');
      expect(one?.id).toMatch(/^hash-[0-9a-f]{12}$/);
      expect(two?.id).not.toBe(one?.id);
      const ids = [String(two?.id)];
      expect(await readLetters(broker.url, queue, { ids })).toEqual([two]);
      expect(await putBack(broker.url, queue, { ids })).toBe(1);
      expect((await broker.next(queue)).content.toString()).toBe('two');
      await broker.dead(1);
    },
  );
});

describe('redriving', () => {
  test('one letter leaves the others in the dead queue', async () => {
    await broker.addDeadLetters(3);
    expect(await putBack(broker.url, queue, { ids: ['letter-1'] })).toBe(1);
    expect(await broker.ids(queue)).toEqual(['letter-1']);
    await until('the others', async () => (await broker.count(dead)) === 2);
    expect(await broker.ids(dead)).toEqual(['letter-0', 'letter-2']);
  });

  test('all letters has each handled as an event', async () => {
    const handled: number[] = [];
    await broker.worker(async ({ n }) => void handled.push(n));
    await broker.addDeadLetters(120);
    expect(await putBack(broker.url, queue, 'all')).toBe(120);
    await until('every event handled', () => handled.length === 120);
    expect(new Set(handled).size).toBe(120);
    expect(await broker.count(dead)).toBe(0);
  });

  test('a request turns it into an event with a fresh attempt count: no caller waits for a reply now', async () => {
    const worker = await broker.worker(async () => undefined);
    await broker.send(queue, '{}', {
      messageId: 'm-1',
      appId: platformAppId,
      replyTo: 'somewhere',
      expiration: '60000',
    });
    await broker.dead(1);
    await worker.close();
    await putBack(broker.url, queue, 'all');
    const { properties } = await broker.next(queue);
    expect(properties).toMatchObject({ messageId: 'm-1', replyTo: undefined, expiration: undefined });
    expect(properties.headers).toEqual({ 'x-redriven': 1 });
  });

  test("an old program's message keeps the name of its sender", async () => {
    const worker = await broker.worker(async () => undefined);
    await broker.send(queue, '{}', { appId: 'old-program', replyTo: 'somewhere' });
    await broker.dead(1);
    await worker.close();
    await putBack(broker.url, queue, 'all');
    const { properties } = await broker.next(queue);
    expect(properties.replyTo).toBeUndefined();
    expect(properties.headers).toMatchObject({ 'x-app-id': 'old-program' });
  });

  test('a message that is dead-lettered again restarts its attempt count and keeps its redrive count', async () => {
    await broker.worker(async () => undefined);
    await broker.send(dead, '{"n":"one"}', { messageId: 'm-1', headers: { 'x-attempts': 20, 'x-reason': 'before' } });
    for (const redriven of [1, 2]) {
      expect(await putBack(broker.url, queue, 'all')).toBe(1);
      await broker.dead(1);
      const [letter] = await readLetters(broker.url, queue, 'all');
      expect(letter).toMatchObject({ id: 'm-1', attempts: 1, redriven, reason: 'n: not a number' });
    }
  });

  test('all letters twice at once requeues each letter once', async () => {
    const ids = await broker.addDeadLetters(200);
    const counts = await Promise.all([1, 2].map(() => putBack(broker.url, queue, 'all')));
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(200);
    expect((await broker.ids(queue)).sort()).toEqual(ids.sort());
  });

  test('one letter twice at once requeues it once, and the other command fails', async () => {
    await broker.addDeadLetters(100);
    const which = { ids: ['letter-99'] };
    const outcomes = await Promise.allSettled([1, 2].map(() => putBack(broker.url, queue, which)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await broker.ids(queue)).toEqual(['letter-99']);
  });

  test('two letters by concurrent commands finds both', async () => {
    await broker.addDeadLetters(200);
    const ids = ['letter-10', 'letter-190'];
    expect(await Promise.all(ids.map((id) => putBack(broker.url, queue, { ids: [id] })))).toEqual([1, 1]);
    expect((await broker.ids(queue)).sort()).toEqual(ids);
  });

  test('an unknown id is an error, but the known ids are requeued', async () => {
    await broker.addDeadLetters(2);
    const redriven = putBack(broker.url, queue, { ids: ['letter-1', 'unknown'] });
    await expect(redriven).rejects.toThrow(new ExpectedError(`no dead letter of ${queue} has the id unknown`));
    expect(await broker.ids(queue)).toEqual(['letter-1']);
    await broker.dead(1);
  });

  test('the last of a thousand letters, and then all others, finds each', async () => {
    const ids = await broker.addDeadLetters(1_000);
    expect(await overviewOf(queue)).toMatchObject({ dead: 1_000 });
    expect(await putBack(broker.url, queue, { ids: ['letter-999'] })).toBe(1);
    await broker.dead(999);
    expect(await putBack(broker.url, queue, 'all')).toBe(999);
    expect((await broker.ids(queue)).sort()).toEqual(ids.sort());
  });
});

test('reading dead letters leaves them in the dead queue in their order', async () => {
  const ids = await broker.addDeadLetters(60);
  expect((await readLetters(broker.url, queue, 'all', 5)).map(({ id }) => id)).toEqual(ids.slice(0, 5));
  expect((await readLetters(broker.url, queue, 'all')).map(({ id }) => id)).toEqual(ids);
  await broker.dead(60);
  expect(await broker.ids(dead)).toEqual(ids);
});

test('dropping a letter deletes only that one', async () => {
  await broker.addDeadLetters(3);
  expect(await drop(broker.url, queue, 'letter-1')).toBe(1);
  await broker.dead(2);
  expect(await broker.ids(dead)).toEqual(['letter-0', 'letter-2']);
  await expect(drop(broker.url, queue, 'letter-1')).rejects.toThrow(ExpectedError);
});

// The last test: the queue keeps its limit.
test('letters that the broker refuses to requeue stay in the dead queue', async () => {
  const ids = await broker.addDeadLetters(100);
  await broker.limit(1);
  await until('the limit to take effect', async () => {
    await broker.send(queue, '{}', { messageId: 'filler' }).catch(() => undefined);
    return putBack(broker.url, queue, 'all').then(
      () => false,
      (error: unknown) => error instanceof ExpectedError,
    );
  });
  await until('no letter in flight', async () => (await broker.count(dead)) + (await broker.count(queue)) >= 100);
  const [back, stayed] = [await broker.ids(queue), await broker.ids(dead)];
  expect(stayed.length).toBeGreaterThan(0);
  expect([...new Set([...back, ...stayed])].filter((id) => id !== 'filler').sort()).toEqual(ids.sort());
});
