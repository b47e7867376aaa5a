/**
 * Checks what comes in by Temporal's own clients, where no schema of an API has looked: updates and signals sent by hand. As strict as
 * those schemas, and written by hand: workflow code loads no schema library.
 */
import { isStorable, limits } from '../../contracts/limits';
import { decisions, deliveryMoves } from '../../contracts/states';
import type { AssignedAgent, Author, CommandOf, OrderCommand } from '../../contracts/workflow';

type Guard = (value: unknown) => boolean;

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const isId: Guard = (value) => typeof value === 'string' && uuid.test(value);
const isText =
  (maxLength: number): Guard =>
  (value) =>
    typeof value === 'string' && value.trim().length <= maxLength && isStorable(value);
const isOneOf =
  (values: readonly string[]): Guard =>
  (value) =>
    typeof value === 'string' && values.includes(value);
const isArrayOf =
  (guard: Guard): Guard =>
  (value) =>
    Array.isArray(value) && value.every(guard);
const optional =
  (guard: Guard): Guard =>
  (value) =>
    value === undefined || value === null || guard(value);

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

const authors: Record<Author['role'], Guard> = {
  customer: (by) => isId(fieldOf(by, 'user_id')),
  restaurant: (by) => isArrayOf(isId)(fieldOf(by, 'restaurant_ids')),
  courier: (by) => isId(fieldOf(by, 'agent_id')),
};
const isAuthor: Guard = (by) => {
  const role = fieldOf(by, 'role');
  return Object.entries(authors).some(([name, guard]) => name === role && guard(by));
};

const reason = optional(isText(limits.reasonLength));

/** The fields of each command, without its author. */
const fields: { [Kind in OrderCommand['kind']]: Record<keyof Omit<CommandOf<Kind>, 'kind' | 'by'>, Guard> } = {
  decide: { status: isOneOf(decisions), restaurant_id: optional(isId), reason },
  moveDelivery: { status: isOneOf(deliveryMoves) },
  cancel: { reason },
  askAgent: {},
  decline: { agent_id: optional(isId), reason },
};

/** The command of an update's argument; undefined when the argument is none. */
export function toCommand(kind: OrderCommand['kind'], arg: unknown): OrderCommand | undefined {
  if (typeof arg !== 'object' || arg === null) return undefined;
  const guards = Object.entries({ ...fields[kind], by: optional(isAuthor) });
  if (!guards.every(([name, guard]) => guard(fieldOf(arg, name)))) return undefined;
  return { ...arg, kind } as OrderCommand;
}

/** The agent that the argument of `agentAssigned` names; undefined when it names none. */
export function toAgent(arg: unknown): AssignedAgent | undefined {
  const [agent_id, agent_name] = [fieldOf(arg, 'agent_id'), fieldOf(arg, 'agent_name')];
  return isId(agent_id) && isText(limits.nameLength)(agent_name)
    ? ({ agent_id, agent_name } as AssignedAgent)
    : undefined;
}
