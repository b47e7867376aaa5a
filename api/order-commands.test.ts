/** How an order's refusals come back, those of other builds of the order worker included. */
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { createApp } from './http/app';
import { mount } from './http/mount';
import { isRefusal } from './http/refusals';
import { route } from './http/route';
import { listen, type Listening } from './http/server';
import { createHealth } from '../lib/process/health';
import { createLog } from '../lib/logging/log';
import type { Temporal } from '../lib/temporal/connection';
import { accepted, acceptedBody } from './answers';
import { sendOrderCommand, sendToWorkflow } from './order-commands';

/** A Temporal whose order refuses its next update so. */
function refusing(code: string, message: string): Temporal {
  const executeUpdate = async () => {
    throw new WorkflowUpdateFailedError('refused', ApplicationFailure.nonRetryable(message, code));
  };
  const client = {
    workflow: { getHandle: () => ({ executeUpdate }) },
    withDeadline: (_deadline: number, work: () => Promise<unknown>) => work(),
  };
  return { client, close: async () => undefined } as unknown as Temporal;
}

const cancel = { kind: 'cancel' } as const;

test('a rule of the command is a refusal with its code', async () => {
  const refused = await sendToWorkflow(refusing('CANCEL_TOO_LATE', 'Picked up.'), 'o', cancel);
  expect(refused).toEqual({ refused: 'CANCEL_TOO_LATE', message: 'Picked up.' });
});

test('a value that an older order worker does not know is a mismatch', async () => {
  const refused = await sendToWorkflow(refusing('MALFORMED', 'No such command.'), 'o', cancel);
  expect(refused).toMatchObject({ refused: 'UNPROCESSABLE', errors: [{ path: '' }] });
});

test.each([
  ['of no command here', 'NOT_SECURED', 409],
  ['of another command', 'ALREADY_ASSIGNED', 404],
])('a rule %s is thrown with its status', async (_what, code, status) => {
  await expect(sendToWorkflow(refusing(code, 'No.'), 'o', cancel)).rejects.toMatchObject({ code, status });
});

describe('an order that refuses by a rule of a newer build', () => {
  const lines: string[] = [];
  let server: Listening;
  beforeAll(async () => {
    const log = createLog('test', 'error', { write: (line) => void lines.push(line) });
    const cancelOrder = route({
      method: 'POST',
      path: '/cancel',
      id: 'cancelOrder',
      summary: 'Cancels',
      roles: ['customer'],
      answers: { 202: accepted },
      refusals: { CANCEL_TOO_LATE: 'Picked up.', NOT_FOUND: 'Unknown.' },
      async handle(temporal: Temporal, { answer }) {
        const ownFacts = async () => null;
        const outcome = await sendOrderCommand(temporal, 'o', cancel, ownFacts);
        return isRefusal(outcome) ? outcome : answer(202, acceptedBody);
      },
    });
    const routes = mount([cancelOrder], refusing('NOT_SECURED', 'The money is not secured.'));
    const app = createApp({ access: { mode: 'off' }, health: createHealth({}, log), log }, [routes]);
    server = await listen(app, '127.0.0.1', 0);
  });
  afterAll(() => server.close());

  test('is answered with 409 and the code, and logged as an error', async () => {
    const response = await fetch(`${server.address}/cancel`, { method: 'POST' });
    const message = 'The money is not secured.';
    expect([response.status, await response.json()]).toEqual([
      409,
      { success: false, message, detail: message, code: 'NOT_SECURED' },
    ]);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 50, event: 'unknown-refusal-code', code: 'NOT_SECURED' },
    ]);
  });
});
