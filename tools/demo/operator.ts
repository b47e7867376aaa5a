/** What an operator does to the system and sees of it. Each action is printed as a step. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import { until } from '../platform/until';
import { askStack } from '../stack/control';
import type { Order } from './people';
import { printSaid, printStep } from './screen';
import { withTemporal, type Addresses } from './system';

export type Operator = ReturnType<typeof createOperator>;

export const createOperator = (addresses: Addresses) => ({
  /** With the stock command line; resolves when Temporal has the request, before the compensation is done. */
  async cancelsWorkflow({ workflowId }: Order): Promise<void> {
    const { TEMPORAL_CLI, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } = addresses;
    const command = ['workflow', 'cancel', '--workflow-id', workflowId];
    const target = ['--address', TEMPORAL_ADDRESS, '--namespace', TEMPORAL_NAMESPACE];
    const startedAt = performance.now();
    await promisify(execFile)(TEMPORAL_CLI, [...command, ...target]);
    printStep('An operator cancels it', 'temporal workflow cancel', 'done', performance.now() - startedAt);
    printSaid(`temporal ${[...command, ...target].join(' ')}`);
  },

  /** Stops a part, which then stays down, or starts it again; resolves when that is done. */
  async operates(command: 'stop' | 'start', part: string): Promise<void> {
    const startedAt = performance.now();
    const reply = await askStack(addresses.STACK_SOCKET, { command, part });
    if (!reply?.ok) throw new Error(`${command} ${part}: ${reply?.error ?? 'the launcher does not answer'}`);
    printStep(`The launcher ${command}s a part`, `${command} ${part}`, 'done', performance.now() - startedAt);
  },

  /** Waits until the queue holds a request and has no consumer. */
  async seesRequestWait(queue: string): Promise<void> {
    const startedAt = performance.now();
    const connection = await connect(addresses.RABBITMQ_URL);
    try {
      const channel = await connection.createChannel();
      const waits = async () => {
        const found = await channel.checkQueue(queue);
        return found.messageCount > 0 && found.consumerCount === 0 && found;
      };
      const { messageCount, consumerCount } = await until(`a request waits in ${queue}`, waits);
      printStep('Its request waits in the queue', queue, 'held', performance.now() - startedAt);
      printSaid(`${messageCount} message, ${consumerCount} consumers`);
    } finally {
      await connection.close();
    }
  },

  /** Waits until the order's pending activity has reached this attempt. */
  async seesAttempt({ workflowId }: Order, attempt: number): Promise<void> {
    const startedAt = performance.now();
    const pending = await withTemporal(addresses, (client) => {
      const reached = async () => {
        const { raw } = await client.workflow.getHandle(workflowId).describe();
        return raw.pendingActivities?.find((activity) => (activity.attempt ?? 0) >= attempt);
      };
      return until(`attempt ${attempt} of an activity`, reached);
    });
    const name = pending.activityType?.name ?? '';
    printStep('The workflow retries', name, `attempt ${pending.attempt}`, performance.now() - startedAt);
    printSaid(`the last one failed: ${pending.lastFailure?.message ?? '-'}`);
  },
});
