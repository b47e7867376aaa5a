/** What an operator does to the system and sees of it, each printed as a step. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import { until } from '../platform/until';
import { askStack } from '../stack/control';
import type { Order } from './people';
import { printDetail, printStep } from './screen';
import { withTemporal, type Addresses } from './system';

export const createOperator = (addresses: Addresses) => ({
  /** With the stock command line; resolves when Temporal has the request, before the compensation is done. */
  async cancelsWorkflow({ workflowId }: Order): Promise<void> {
    const { TEMPORAL_CLI, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } = addresses;
    const command = ['workflow', 'cancel', '--workflow-id', workflowId];
    const target = ['--address', TEMPORAL_ADDRESS, '--namespace', TEMPORAL_NAMESPACE];
    const ms = await timed(promisify(execFile)(TEMPORAL_CLI, [...command, ...target]));
    printStep('An operator cancels it', 'temporal workflow cancel', 'done', ms);
    printDetail(`temporal ${[...command, ...target].join(' ')}`);
  },

  /** Stops a part, which then stays down, or starts it again; resolves when that is done. */
  async operates(command: 'stop' | 'start', part: string): Promise<void> {
    const request = askStack(addresses.STACK_SOCKET, { command, part });
    const ms = await timed(request);
    const reply = await request;
    if (!reply?.ok) throw new Error(`${command} ${part}: ${reply?.error ?? 'the launcher does not answer'}`);
    printStep(`The launcher ${command}s a part`, `${command} ${part}`, 'done', ms);
  },

  /** Waits until the queue holds a request and has no consumer. */
  async seesRequestWait(queue: string): Promise<void> {
    const connection = await connect(addresses.RABBITMQ_URL);
    const channel = await connection.createChannel();
    const waiting = until(`a request waits in ${queue}`, async () => {
      const found = await channel.checkQueue(queue);
      return found.messageCount > 0 && found.consumerCount === 0 && found;
    });
    const ms = await timed(waiting).finally(() => connection.close());
    const { messageCount, consumerCount } = await waiting;
    printStep('Its request waits in the queue', queue, 'held', ms);
    printDetail(`${messageCount} message, ${consumerCount} consumers`);
  },

  /** Waits until the order's pending activity has reached this attempt. */
  async seesAttempt({ workflowId }: Order, attempt: number): Promise<void> {
    const pending = withTemporal(addresses, (client) =>
      until(`attempt ${attempt} of an activity`, async () => {
        const { raw } = await client.workflow.getHandle(workflowId).describe();
        return raw.pendingActivities?.find((activity) => (activity.attempt ?? 0) >= attempt);
      }),
    );
    const ms = await timed(pending);
    const { activityType, attempt: reached, lastFailure } = await pending;
    printStep('The workflow retries', activityType?.name ?? '', `attempt ${reached}`, ms);
    printDetail(`the last attempt failed: ${lastFailure?.message ?? '-'}`);
  },
});

async function timed(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}
