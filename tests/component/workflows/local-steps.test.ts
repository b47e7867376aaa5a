/**
 * Local steps that run together, and end in another order than they began: a replay answers them in the order in which they began, so
 * an order that did something else then would be stuck. Every combination of services that are well, fail at once, or do not answer.
 */
import { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../../../workflows/calls';
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

const behaviours = ['is well', 'fails at once', 'does not answer'] as const;
type Behaviour = (typeof behaviours)[number];
/** How the service behaves towards the local attempt at each of its steps; the durable one it answers. */
type Ill = Record<string, Behaviour>;

let stage: WorkflowStage;
let taskQueue: string;
const ills = new Map<string, Ill>();
beforeAll(async () => {
  stage = await openWorkflowStage();
  const well = stubServices();
  const ill = (name: keyof Activities) => async (argument: { order_id?: string; status?: string }) => {
    const step = `${name} ${argument.status ?? ''}`.trim();
    const behaviour = ills.get(argument.order_id ?? '')?.[step] ?? 'is well';
    const { isLocal } = Context.current().info;
    if (isLocal && behaviour === 'fails at once') throw new Error('away');
    if (isLocal && behaviour === 'does not answer') await Context.current().cancelled;
    return (well[name] as (a: unknown) => Promise<unknown>)(argument);
  };
  const names = Object.keys(well).filter((name) => name !== 'calls') as (keyof Activities)[];
  const services = Object.fromEntries(names.map((name) => [name, ill(name)])) as unknown as Activities;
  ({ taskQueue } = await stage.worker(services));
});
afterAll(() => stage.close());

/** Every way in which these steps may behave. */
const combinations = (steps: string[]): Ill[] =>
  steps.reduce<Ill[]>(
    (sets, step) => sets.flatMap((set) => behaviours.map((behaviour) => ({ ...set, [step]: behaviour }))),
    [{}],
  );

async function afterAllOf(steps: string[], course: (order: OrderUnderTest) => Promise<unknown>): Promise<void> {
  const histories = await Promise.all(
    combinations(steps).map(async (ill) => {
      const input = anOrderInput({ retryIntervalMs: 100 });
      ills.set(input.order.order_id, ill);
      const order = await startOrder(stage.client, taskQueue, input);
      await course(order);
      await order.handle.result();
      return { workflowId: JSON.stringify(ill), history: await order.handle.fetchHistory() };
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

test('the undos replay, whatever order they end in', () =>
  afterAllOf(['changeOrder CANCELLED', 'changeDelivery CANCELLED', 'recordProgress CANCELLED'], async (order) => {
    await confirm(order);
    await order.sees('agent assigned');
    await order.update(cancelUpdate, {});
  }));

test("the search for an agent and the customer's record replay, whatever order they end in", () =>
  afterAllOf(['recordProgress CONFIRMED', 'assignAgent'], async (order) => {
    await confirm(order);
    await order.sees('agent assigned');
    await move(order, 'PICKED_UP');
    await move(order, 'DELIVERED');
  }));
