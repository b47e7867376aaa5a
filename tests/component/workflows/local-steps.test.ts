/**
 * Concurrent local activities that end in another order than they began. A replay resolves them in the order in which they began, so a
 * workflow that depends on the order would be stuck. Every combination of services that succeed, fail at once, or do not answer.
 */
import { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../../../activities';
import { cancelUpdate } from '../../../workflows/messages';
import { confirm, move } from '../../fixtures/order-stage';
import { anOrderInput } from '../../fixtures/orders';
import {
  openWorkflowStage,
  startOrder,
  stubServices,
  workflowBundle,
  type OrderUnderTest,
  type WorkflowStage,
} from '../../fixtures/workflows';

const behaviours = ['succeeds', 'fails at once', 'does not answer'] as const;
type Behaviour = (typeof behaviours)[number];
/** The behaviour of the local attempt at each step; the durable attempt succeeds. */
type Faults = Record<string, Behaviour>;

let stage: WorkflowStage;
let taskQueue: string;
const faultsOf = new Map<string, Faults>();
beforeAll(async () => {
  stage = await openWorkflowStage();
  const healthy = stubServices();
  const withFaults = (name: keyof Activities) => async (argument: { order_id?: string; status?: string }) => {
    const step = `${name} ${argument.status ?? ''}`.trim();
    const behaviour = faultsOf.get(argument.order_id ?? '')?.[step] ?? 'succeeds';
    const { isLocal } = Context.current().info;
    if (isLocal && behaviour === 'fails at once') throw new Error('unavailable');
    if (isLocal && behaviour === 'does not answer') await Context.current().cancelled;
    return (healthy[name] as (a: unknown) => Promise<unknown>)(argument);
  };
  const names = Object.keys(healthy).filter((name) => name !== 'calls') as (keyof Activities)[];
  const services = Object.fromEntries(names.map((name) => [name, withFaults(name)])) as unknown as Activities;
  ({ taskQueue } = await stage.worker(services));
});
afterAll(() => stage.close());

/** Every combination of behaviours of these steps. */
const combinations = (steps: string[]): Faults[] =>
  steps.reduce<Faults[]>(
    (sets, step) => sets.flatMap((set) => behaviours.map((behaviour) => ({ ...set, [step]: behaviour }))),
    [{}],
  );

async function afterAllOf(steps: string[], course: (order: OrderUnderTest) => Promise<unknown>): Promise<void> {
  const histories = await Promise.all(
    combinations(steps).map(async (faults) => {
      const input = anOrderInput({ retryIntervalMs: 100 });
      faultsOf.set(input.order.order_id, faults);
      const order = await startOrder(stage.client, taskQueue, input);
      await course(order);
      await order.handle.result();
      return { workflowId: JSON.stringify(faults), history: await order.handle.fetchHistory() };
    }),
  );
  expect(histories).toHaveLength(3 ** steps.length);
  const stuck: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle: await workflowBundle() },
    histories,
  ))
    if (error) stuck.push(`${workflowId}: ${error.message.slice(0, 300)}`);
  expect(stuck).toEqual([]);
}

test('the compensations replay in whatever order they end', () =>
  afterAllOf(['changeOrder CANCELLED', 'changeDelivery CANCELLED', 'recordProgress CANCELLED'], async (order) => {
    await confirm(order);
    await order.sees('agent assigned');
    await order.update(cancelUpdate, {});
  }));

test("the search for an agent and the customer's record replay in whatever order they end", () =>
  afterAllOf(['recordProgress CONFIRMED', 'assignAgent'], async (order) => {
    await confirm(order);
    await order.sees('agent assigned');
    await move(order, 'PICKED_UP');
    await move(order, 'DELIVERED');
  }));
