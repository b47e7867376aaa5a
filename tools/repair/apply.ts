import { sendCommand } from '../../api/order-commands';
import { placementUpdateId, workflowTypes } from '../../contracts/names';
import type { Decision } from '../../contracts/states';
import type { OrderInput } from '../../contracts/workflow';
import { toTemporalError, TemporalUnavailableError, WorkflowGoneError } from '../../lib/temporal/errors';
import { startWorkflow } from '../../lib/temporal/send';
import { withRepairLock } from '../../prisma/user/orders';
import { placeUpdate } from '../../workflows/messages';
import { orderStart, ratingStart } from '../../workflows/start';
import { inputToAdopt, inputToRepeat, ratingToRepeat } from './inputs';
import { inspect, type Finding, type RepairDeps } from './inspect';

/**
 * Inspects the order again, under a lock, and applies the remedy: another repair may have come first. Resolves to the finding; its remedy has
 * been applied unless it is `manual`. Throws TemporalUnavailableError, UpdateRefusedError, or what a database throws. Idempotent.
 */
export const applyRemedy = (deps: RepairDeps, orderId: string): Promise<Finding> =>
  withRepairLock(deps.dbs.user, orderId, async () => {
    const finding = await inspect(deps, orderId);
    const { remedy } = finding;
    switch (remedy.kind) {
      case 'none':
      case 'manual':
        break;
      case 'resend':
        // An order may have been confirmed without some of its restaurants: their refusals come first.
        if (remedy.command.kind === 'decide') await resendDecisions(deps, finding, ['CANCELLED']);
        // The run may have caught up with the command: then it is a no-op.
        await sendCommand(deps.temporal, orderId, remedy.command);
        break;
      case 'restart':
        await startOrder(deps, await inputToRepeat(deps, finding));
        break;
      case 'adopt':
        await startOrder(deps, await inputToAdopt(deps, finding, remedy));
        if (remedy.stage === 'placed') await resendDecisions(deps, finding, ['CANCELLED', 'CONFIRMED']);
        break;
      case 'rate': {
        const options = ratingStart(await ratingToRepeat(deps, finding), deps.policy);
        await startWorkflow(deps.temporal, { workflow: workflowTypes.rating, options });
      }
    }
    return finding;
  });

/** Long enough for a healthy system to place an order, or to compensate one. */
const placementWaitMs = 3_000;

/**
 * Reuses the id of a closed run, which nothing else may. A run that is already there continues. The `place` update gives the new run the
 * answer for a customer who repeats their placement; the run does not depend on it.
 */
async function startOrder({ temporal }: RepairDeps, input: OrderInput): Promise<void> {
  const options = { ...orderStart(input), workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const };
  await startWorkflow(temporal, { workflow: workflowTypes.order, options });
  const handle = temporal.client.workflow.getHandle(options.workflowId);
  try {
    await temporal.client.withDeadline(Date.now() + placementWaitMs, () =>
      handle.executeUpdate(placeUpdate, { updateId: placementUpdateId }),
    );
  } catch (error) {
    const failure = toTemporalError(error);
    if (!(failure instanceof TemporalUnavailableError || failure instanceof WorkflowGoneError)) throw failure;
  }
}

/** Sends what single restaurants have decided for their parts. */
async function resendDecisions({ temporal }: RepairDeps, finding: Finding, decisions: Decision[]): Promise<void> {
  for (const { restaurantId, status: current, reason } of finding.rows.group?.orders ?? []) {
    const status = decisions.find((decision) => decision === current);
    if (status)
      await sendCommand(temporal, finding.orderId, { kind: 'decide', status, restaurant_id: restaurantId, reason });
  }
}
