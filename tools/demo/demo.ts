import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Activities } from '../../activities';
import { withBroker } from '../broker/broker';
import { createPlatform } from '../platform/platform';
import { readSystemVariables, withTemporal, type SystemVariables } from '../platform/system';
import { until } from '../platform/until';
import { requestStack } from '../stack/control';
import { createEvidence } from './evidence';
import { createPeople, type Order } from './people';
import { printDetail, stepOf } from './screen';

export interface Scenario {
  title: string;
  /** Its system's shortened time limits, so that it takes seconds, and what they are by default. */
  environment?: Record<string, string>;
  usually?: string;
  /** Rejects when the system does not do what the scenario shows. */
  run: (demo: Demo) => Promise<void>;
}

export type Demo = ReturnType<typeof createDemo>;

/** Throws an Error that names each variable that is missing or wrong. */
export function createDemo(env: NodeJS.ProcessEnv) {
  const system = readSystemVariables(env, 'The demo needs a running system (npm run demo starts one)');
  const platform = createPlatform();
  return {
    people: createPeople(platform),
    operator: createOperator(system),
    show: createEvidence(platform, system),
  };
}

const createOperator = (system: SystemVariables) => ({
  /** With the stock command line; resolves when Temporal has the request, before the compensation is done. */
  async cancelsWorkflow({ workflowId }: Order): Promise<void> {
    const { TEMPORAL_CLI, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } = system;
    const target = ['--address', TEMPORAL_ADDRESS, '--namespace', TEMPORAL_NAMESPACE];
    const command = ['workflow', 'cancel', '--workflow-id', workflowId, ...target];
    const cancelled = promisify(execFile)(TEMPORAL_CLI, command);
    await stepOf('An operator cancels it', 'temporal workflow cancel', 'done', cancelled);
    printDetail(`temporal ${command.join(' ')}`);
  },

  /** Stops a part, which then stays down, or starts it again; resolves when that is done. */
  operates(command: 'stop' | 'start', part: string) {
    const done = requestStack(system.STACK_SOCKET, { command, part });
    return stepOf(`The launcher ${command}s a part`, `${command} ${part}`, 'done', done);
  },

  /** Waits until the queue holds a request and has no consumer. */
  async seesRequestWait(queue: string): Promise<void> {
    const waiting = withBroker(system.RABBITMQ_URL, (channel) =>
      until(`a request waits in ${queue}`, async () => {
        const { messageCount, consumerCount } = await channel.checkQueue(queue);
        return messageCount > 0 && consumerCount === 0;
      }),
    );
    await stepOf('Its request waits in the queue', queue, 'waiting', waiting);
  },

  /** Waits until a second attempt at the order's activity is pending. */
  async seesRetry({ workflowId }: Order, activity: keyof Activities): Promise<void> {
    const retried = withTemporal(system, (client) =>
      until(`${activity} is retried`, async () => {
        const { raw } = await client.workflow.getHandle(workflowId).describe();
        return raw.pendingActivities?.find(
          ({ activityType, attempt }) => activityType?.name === activity && (attempt ?? 0) > 1,
        );
      }),
    );
    const { lastFailure } = await stepOf('Temporal retries it', `activity ${activity}`, 'retried', retried);
    printDetail(lastFailure?.message ?? 'no failure yet');
  },
});
