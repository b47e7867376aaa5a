import type { UpdateDefinition } from '@temporalio/common';
import { orderWorkflowId, alreadyApplied, alreadyPending } from '../contracts/names';
import type { CommandOutcome, OrderCommand, RefusalCode } from '../contracts/workflow';
import type { Temporal } from '../lib/temporal/connection';
import { UpdateRefusedError, WorkflowGoneError } from '../lib/temporal/errors';
import { sendUpdate, type Sent } from '../lib/temporal/send';
import { commandUpdates } from '../workflows/messages';
import { judgeEnded, type OrderFacts } from '../workflows/rules';
import { HttpProblem, notFound } from './http/problems';

export interface CommandToSend {
  orderId: string;
  command: OrderCommand;
  /** What this service's own database says of the order; null when it has no row. Asked only when the workflow is closed or gone. */
  ownFacts: () => Promise<OrderFacts | null>;
}

/**
 * Sends a command to the order's workflow and waits for its outcome: `done` (also when it was so already), or `held`
 * when Temporal holds it but it is not carried out yet. Throws HttpProblem: 400 or 409 refused, 404 unknown order, 503.
 */
export async function sendOrderCommand(
  temporal: Temporal,
  { orderId, command, ownFacts }: CommandToSend,
): Promise<'done' | 'held'> {
  try {
    return await sendToWorkflow(temporal, orderId, command);
  } catch (err) {
    if (err instanceof WorkflowGoneError) return answerFromRow(await ownFacts(), command);
    throw err;
  }
}

/** As `sendOrderCommand`, for the workflow alone. Throws WorkflowGoneError when it is closed or gone. */
export async function sendToWorkflow(
  temporal: Temporal,
  orderId: string,
  command: OrderCommand,
): Promise<'done' | 'held'> {
  try {
    const sent = await sendCommand(temporal, orderId, command);
    if (sent.state === 'held') return 'held';
    if (sent.value.outcome === 'refused') throw refusal(sent.value.code, sent.value.message);
    return 'done';
  } catch (err) {
    if (err instanceof UpdateRefusedError) throw refusal(err.code, err.message);
    throw err;
  }
}

/**
 * Sends a command to the order's workflow; what is so already is done. Throws UpdateRefusedError, WorkflowGoneError (closed or gone),
 * TemporalUnavailableError.
 */
export async function sendCommand(
  temporal: Temporal,
  orderId: string,
  { kind, ...arg }: OrderCommand,
): Promise<Sent<CommandOutcome>> {
  const update = commandUpdates[kind] as UpdateDefinition<CommandOutcome, [typeof arg]>;
  try {
    return await sendUpdate(temporal, { workflowId: orderWorkflowId(orderId), update, args: [arg] });
  } catch (err) {
    if (!(err instanceof UpdateRefusedError)) throw err;
    if (err.code === alreadyPending) return { state: 'held' };
    if (err.code === alreadyApplied) return { state: 'completed', value: { outcome: 'done' } };
    throw err;
  }
}

function answerFromRow(facts: OrderFacts | null, command: OrderCommand): 'done' {
  if (!facts) throw notFound('Order not found');
  const verdict = judgeEnded(facts, command);
  if (verdict.verdict === 'refused') throw refusal(verdict.code, verdict.message);
  return 'done';
}

/** As old clients know them (contract, section 2). */
const statusOf: Record<RefusalCode, number> = {
  DECISION_NOT_ALLOWED: 400,
  ILLEGAL_TRANSITION: 409,
  CANCEL_TOO_LATE: 409,
  NO_AGENT_YET: 409,
  NOT_CONFIRMED: 400,
  ALREADY_ASSIGNED: 404,
  UNKNOWN_RESTAURANT: 404,
  MALFORMED: 422,
};

const refusal = (code: string, message: string): HttpProblem =>
  new HttpProblem(statusOf[code as RefusalCode] ?? 409, message);
