/**
 * The bare workflow that orders are measured against: what the engine alone can do with as many steps as an order has people's
 * actions. FROZEN: a change here would make all earlier ratios worthless, so whatever the order's own workflow comes to do, this one stays.
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
import type { BareActivities } from './activities';

/** `local`: activities run inside the workflow task, as an order's do; `regular`: each is a task of its own. */
export type Shape = 'local' | 'regular';

export const bareUpdate = defineUpdate<number>('step');
export const bareTaskQueue = 'bench-ceiling';
export const bareWorkflowType = 'bareWorkflow';

const local = proxyLocalActivities<BareActivities>({ startToCloseTimeout: '1s', retry: { maximumAttempts: 1 } });
const regular = proxyActivities<BareActivities>({ startToCloseTimeout: '10s' });

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
