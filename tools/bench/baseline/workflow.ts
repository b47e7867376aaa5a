/**
 * The baseline: a bare workflow with as many updates as an order has, which shows what Temporal alone can do on this machine.
 * FROZEN: a change makes all earlier ratios worthless. It stays as it is, however the order workflow changes.
 *
 *   update-with-start, 1 activity; 3 updates, 1 activity each; 1 timer (which never fires); no search attributes, no memo.
 */
import {
  condition,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';

/** `local`: activities run inside the workflow task, as an order's do; `regular`: each is a task of its own. */
export type Shape = 'local' | 'regular';

export const bareTaskQueue = 'bench-baseline';
export const bareUpdate = defineUpdate<number>('step');
export const bareActivities = { nothing: async (): Promise<void> => undefined };

const local = proxyLocalActivities<typeof bareActivities>({ startToCloseTimeout: '1s', retry: { maximumAttempts: 1 } });
const regular = proxyActivities<typeof bareActivities>({ startToCloseTimeout: '10s' });

const steps = 4;
const limit = '15 minutes';

/** Ends after the update that started it and three more. */
export async function bareWorkflow(shape: Shape): Promise<void> {
  const { nothing } = shape === 'local' ? local : regular;
  let done = 0;
  setHandler(bareUpdate, async () => {
    await nothing();
    return ++done;
  });
  void sleep(limit);
  await condition(() => done === steps);
}
