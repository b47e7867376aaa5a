import type { UpdateDefinition } from '@temporalio/common';
import type { Caller } from '../contracts/access';
import { orderWorkflowId, alreadyApplied, alreadyPending } from '../contracts/names';
import type { Author, CommandOutcome, OrderCommand, RefusalCode } from '../contracts/workflow';
import type { Temporal } from '../lib/temporal/connection';
import { UpdateRefusedError, WorkflowGoneError } from '../lib/temporal/errors';
import { sendUpdate, type Sent } from '../lib/temporal/send';
import { commandUpdates } from '../workflows/messages';
import { decideEnded, isRefused } from '../workflows/order/decide';
import type { OrderFacts } from '../workflows/order/state';
import { held } from './answers';
import { mismatch, refuse, UnknownRefusalError, type Refusal } from './http/refusals';
import type { Answered } from './http/route';

/** The rules that may refuse each command. */
const rulesOf = {
  decide: ['NOT_FOUND', 'FORBIDDEN', 'DECISION_NOT_ALLOWED', 'UNKNOWN_RESTAURANT'],
  moveDelivery: ['NOT_FOUND', 'ILLEGAL_TRANSITION', 'NO_AGENT_YET'],
  cancel: ['NOT_FOUND', 'CANCEL_TOO_LATE'],
  askAgent: ['NOT_FOUND', 'NOT_CONFIRMED', 'ALREADY_ASSIGNED'],
  decline: ['NOT_FOUND', 'ILLEGAL_TRANSITION', 'NO_AGENT_YET'],
} as const satisfies Record<OrderCommand['kind'], readonly RefusalCode[]>;

type Kind = keyof typeof rulesOf;
type RuleCode<K extends Kind> = (typeof rulesOf)[K][number];
type Command<K extends Kind> = Extract<OrderCommand, { kind: K }> & { kind: K };

/** `done`: also when the order is already in that state. Otherwise the route's answer: 202 when the command did not complete in time. */
export type Commanded<K extends Kind> = 'done' | Answered<202> | Refusal<RuleCode<K> | 'UNPROCESSABLE'>;

/** The author of a customer's or a courier's command. Others are operators and services, which may do anything. */
export function authorOf(caller: Caller): Author<'customer' | 'courier'> | undefined {
  if (caller.role === 'customer') return { role: 'customer', user_id: caller.sub };
  return caller.role === 'courier' ? { role: 'courier', agent_id: caller.agent_id } : undefined;
}

/**
 * Sends a command. If the workflow is closed or gone, the same rules decide by `ownFacts`: the order in this service's own database, null
 * when it has no row. Throws TemporalUnavailableError, UnknownRefusalError.
 */
export async function sendOrderCommand<K extends Kind>(
  temporal: Temporal,
  orderId: string,
  command: Command<K>,
  ownFacts: () => Promise<OrderFacts | null>,
): Promise<Commanded<K>> {
  try {
    return await sendToWorkflow(temporal, orderId, command);
  } catch (error) {
    if (!(error instanceof WorkflowGoneError)) throw error;
  }
  const facts = await ownFacts();
  if (!facts) return refuse('NOT_FOUND', 'Order not found');
  const decided = decideEnded(facts, command);
  return isRefused(decided) ? ruleRefusal(command.kind, { code: decided.refused, message: decided.message }) : 'done';
}

/** As `sendOrderCommand`, without a database to fall back on. Throws WorkflowGoneError when the workflow is closed or gone. */
export async function sendToWorkflow<K extends Kind>(
  temporal: Temporal,
  orderId: string,
  command: Command<K>,
): Promise<Commanded<K>> {
  try {
    const sent = await sendCommand(temporal, orderId, command);
    if (sent.state === 'held') return held;
    return sent.value.outcome === 'refused' ? ruleRefusal(command.kind, sent.value) : 'done';
  } catch (error) {
    if (error instanceof UpdateRefusedError) return ruleRefusal(command.kind, error);
    throw error;
  }
}

/** Also done when the order is already in that state. Throws UpdateRefusedError, WorkflowGoneError (closed or gone), TemporalUnavailableError. */
export async function sendCommand(
  temporal: Temporal,
  orderId: string,
  { kind, ...arg }: OrderCommand,
): Promise<Sent<CommandOutcome>> {
  const update = commandUpdates[kind] as UpdateDefinition<CommandOutcome, [typeof arg]>;
  try {
    return await sendUpdate(temporal, { workflowId: orderWorkflowId(orderId), update, args: [arg] });
  } catch (error) {
    if (!(error instanceof UpdateRefusedError)) throw error;
    if (error.code === alreadyPending) return { state: 'held' };
    if (error.code === alreadyApplied) return { state: 'completed', value: { outcome: 'done' } };
    throw error;
  }
}

/** An order worker of another build may refuse by other rules. Throws UnknownRefusalError: the client gets its code, and an operator a log line. */
function ruleRefusal<K extends Kind>(
  kind: K,
  { code, message }: { code: string; message: string },
): Refusal<RuleCode<K> | 'UNPROCESSABLE'> {
  if (code === malformed) return mismatch(message);
  const known = rulesOf[kind].find((rule) => rule === code);
  if (known === undefined) throw new UnknownRefusalError(code, message);
  return refuse(known, message);
}

/** An older order worker does not know a value that this build sends. */
const malformed: RefusalCode = 'MALFORMED';
