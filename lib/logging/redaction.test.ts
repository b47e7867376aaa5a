import { createLog } from './log';

const mark = 'M4rk3d';

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown> {
  let text = '';
  write(createLog('test', 'trace', { write: (line) => (text += line) }));
  expect(text).not.toContain(mark);
  return JSON.parse(text) as Record<string, unknown>;
}
const failed = (err: unknown) => logged((log) => log.error({ event: 'failed', err }, 'it failed'));

/** As the clients that throw them make errors: named, with more than a message. */
const anError = (name: string, message: string, more: object = {}) => Object.assign(new Error(message), { name }, more);

describe('of an error a line has', () => {
  it('its type, message, code, frames and causes', () => {
    const cause = Object.assign(new Error('the socket is closed'), { code: 'ECONNRESET' });
    const { err } = failed(new TypeError('it does not work', { cause }));
    expect(err).toMatchObject({
      type: 'TypeError',
      message: 'it does not work',
      stack: expect.stringMatching(/^ {4}at /) as string,
      cause: { type: 'Error', message: 'the socket is closed', code: 'ECONNRESET' },
    });
  });

  it.each([
    ['what else it carries', anError('Error', 'refused', { detail: mark, request: { body: mark }, input: mark })],
    ['a password in an address', new Error(`cannot reach amqp://guest:${mark}@127.0.0.1:5672/%2f`)],
    ['such a password with an odd character', new Error(`postgresql://u:a@${mark}@db/x`)],
    ['a bearer token', new Error(`refused: Bearer ${mark}.${mark}.x-_`)],
    ['the input of a JSON parser', jsonError(`{"name": ${mark}"}`)],
    [
      "a query's arguments",
      anError(
        'PrismaClientValidationError',
        `Invalid \`db.create()\` invocation:\n{ name: "${mark}" }\n\nArgument \`id\` is missing.`,
      ),
    ],
    [
      'a value that PostgreSQL quotes',
      anError('PrismaClientKnownRequestError', `Raw query failed. Message: \`invalid input for uuid: "${mark}"\``),
    ],
    ['a key that PostgreSQL tells', anError('error', `violates unique. Key (name)=(${mark}) already exists.`)],
    ['a row that PostgreSQL tells', anError('error', `Failing row contains (1, ${mark}, null).`)],
    ['a cause with a secret', new Error('failed', { cause: new Error(`redis://:${mark}@127.0.0.1`) })],
    ['something thrown that is no error', `amqp://guest:${mark}@127.0.0.1`],
  ])('not %s', (_what, err) => {
    expect(failed(err)).toHaveProperty('err.message');
  });

  it('the names of the schema', () => {
    const { err } = failed(anError('error', 'violates unique constraint "Order_pkey"'));
    expect(err).toMatchObject({ message: 'violates unique constraint "Order_pkey"' });
  });

  it('a limited part of an endless chain of causes', () => {
    const endless = new Error('again');
    endless.cause = endless;
    expect(JSON.stringify(failed(endless)).match(/again/g)).toHaveLength(6);
  });
});

it.each(['authorization', 'cookie', 'password', 'token', 'body', 'query', 'userName', 'description'])(
  'a field %s is removed',
  (name) => {
    expect(logged((log) => log.info({ event: 'request', [name]: mark }, ''))).not.toHaveProperty(name);
  },
);

it('reasons and messages lose the passwords in them', () => {
  const url = `amqp://guest:${mark}@127.0.0.1`;
  const line = logged((log) => log.info({ event: 'waiting', reason: url }, `waiting for ${url}`));
  expect(line).toMatchObject({ reason: 'amqp://guest:…@127.0.0.1', msg: 'waiting for amqp://guest:…@127.0.0.1' });
});

function jsonError(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (err) {
    return err;
  }
}
