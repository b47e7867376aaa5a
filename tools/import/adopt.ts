import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { workflowTypes } from '../../contracts/names';
import { isStale, type OrderPolicy } from '../../contracts/policy';
import type { OrderInput } from '../../contracts/workflow';
import type { Temporal } from '../../lib/temporal/connection';
import { startWorkflow } from '../../lib/temporal/send';
import { noBodyHash, orderStart } from '../../workflows/start';
import type { NewOrder } from './rules/order';

export type OpenOrder = NonNullable<NewOrder['open']>;

/** Starts the workflow of an open order at its stage; a PENDING one of long ago waits for an operator first. Idempotent. Throws TemporalUnavailableError. */
export async function adopt(temporal: Pick<Temporal, 'client'>, open: OpenOrder, policy: OrderPolicy): Promise<void> {
  try {
    await startWorkflow(temporal, { workflow: workflowTypes.order, options: orderStart(inputOf(open, policy)) });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error; // it has had one, which has ended
  }
}

const inputOf = ({ order, stage, total }: OpenOrder, policy: OrderPolicy): OrderInput => ({
  order,
  policy,
  bodyHash: noBodyHash,
  total,
  ...(stage === 'confirmed' ? { stage } : isStale(order.placed_at, Date.now(), policy) && { stale: true }),
});
