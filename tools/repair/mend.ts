import { sendCommand } from '../../api/order-commands';
import { placementUpdateId, workflowTypes } from '../../contracts/names';
import type { Decision } from '../../contracts/states';
import type { OrderInput } from '../../contracts/workflow';
import { TemporalUnavailableError, toTemporalError, WorkflowGoneError } from '../../lib/temporal/errors';
import { startWorkflow } from '../../lib/temporal/send';
import { withRepairLock } from '../../prisma/user/open-orders';
import { placeUpdate } from '../../workflows/messages';
import { orderStart, ratingStart } from '../../workflows/start';
import { inputToAdopt, inputToRepeat, ratingToRepeat } from './inputs';
import { look, type Finding, type RepairDeps } from './look';
import type { Told } from './remedy';

/**
 * Does what the finding calls for, unless a look shows that it is no longer so: somebody else may have mended it, or be at it.
 * Resolves with what was found then; its remedy has been carried out, except where only a person can help.
 * Throws TemporalUnavailableError, UpdateRefusedError, or what a database throws; repeating is safe.
 */
export const mend = (deps: RepairDeps, orderId: string): Promise<Finding> =>
  withRepairLock(deps.dbs.user, orderId, async () => {
    const finding = await look(deps, orderId);
    switch (finding.remedy.kind) {
      case 'none':
      case 'person':
        break;
      case 'tell':
        // Of an order that went on without some of its restaurants, first who those are.
        if (finding.remedy.command.kind === 'decide') await tellParts(deps, finding, ['CANCELLED']);
        await tell(deps, orderId, finding.remedy.command);
        break;
      case 'restart':
        await start(deps, await inputToRepeat(deps, finding));
        break;
      case 'rate':
        await rate(deps, finding);
        break;
      case 'adopt':
        await start(deps, await inputToAdopt(deps, finding, finding.remedy));
        if (finding.remedy.stage === 'placed') await tellParts(deps, finding, ['CANCELLED', 'CONFIRMED']);
    }
    return finding;
  });

/** Long enough for a healthy system to place an order, or to undo one. */
const answerWaitMs = 3_000;

/**
 * A closed run holds its id: this start, alone of all, may use it again. One that somebody has started meanwhile is left to go its
 * way. The `place` update of a placement goes with it, so that the new run has the answer for a customer who repeats theirs; the
 * run does not depend on it.
 */
async function start({ temporal }: RepairDeps, input: OrderInput): Promise<void> {
  const options = { ...orderStart(input), workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const };
  await startWorkflow(temporal, { workflow: workflowTypes.order, options });
  const handle = temporal.client.workflow.getHandle(options.workflowId);
  try {
    await temporal.client.withDeadline(Date.now() + answerWaitMs, () =>
      handle.executeUpdate(placeUpdate, { updateId: placementUpdateId }),
    );
  } catch (err) {
    const failure = toTemporalError(err);
    if (!(failure instanceof TemporalUnavailableError || failure instanceof WorkflowGoneError)) throw failure;
  }
}

/** With the id that the rating has: what is stored is stored once, and counted once. */
async function rate(deps: RepairDeps, finding: Finding): Promise<void> {
  const rating = await ratingToRepeat(deps.temporal, finding);
  const options = ratingStart(rating, deps.policy);
  await startWorkflow(deps.temporal, { workflow: workflowTypes.rating, options });
}

/** What single restaurants have decided for their parts. */
async function tellParts(deps: RepairDeps, { orderId, known }: Finding, decisions: Decision[]): Promise<void> {
  for (const { restaurantId: restaurant_id, status: now, reason } of known.group?.orders ?? []) {
    const status = decisions.find((decision) => decision === now);
    if (status) await tell(deps, orderId, { kind: 'decide', status, restaurant_id, reason });
  }
}

/** What a rewound run is told may turn out to be long past (picked up, when it is delivered): it has caught up all the same. */
async function tell({ temporal }: RepairDeps, orderId: string, command: Told): Promise<void> {
  await sendCommand(temporal, orderId, command);
}
