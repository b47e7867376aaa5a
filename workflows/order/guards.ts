/**
 * Reads what comes in by Temporal's own clients, where no schema of an API has looked: updates and signals sent by hand. As strict as those
 * schemas, and written by hand: workflow code loads no schema library. Each reader throws an ApplicationFailure of type MALFORMED.
 */
import { ApplicationFailure } from '@temporalio/workflow';
import { limits } from '../../contracts/limits';
import { decisions, deliveryMoves } from '../../contracts/states';
import { faultOf, tidied, type TextForm } from '../../contracts/texts';
import type { AssignedAgent, Author, CommandOf, OrderCommand, RefusalCode } from '../../contracts/workflow';

/** Returns the value in its normal form. `name` is that of its field. */
type Reader<T> = (value: unknown, name: string) => T;

const refuse = (message: string): never => {
  throw ApplicationFailure.nonRetryable(message, 'MALFORMED' satisfies RefusalCode);
};
const fail = (name: string, expected: string): never => refuse(`${name} must be ${expected}.`);

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const readId: Reader<string> = (value, name) =>
  typeof value === 'string' && uuid.test(value) ? value.toLowerCase() : fail(name, 'a UUID');

const readText =
  (maxLength: number, form: TextForm): Reader<string> =>
  (value, name) => {
    const text = typeof value === 'string' && value.length <= maxLength ? tidied(value) : undefined;
    if (text === undefined || text.length > maxLength) return fail(name, `a text of at most ${maxLength} characters`);
    const fault = faultOf(text, form);
    return fault === undefined ? text : refuse(`${name}: ${fault}.`);
  };

const oneOf =
  <Value extends string>(values: readonly Value[]): Reader<Value> =>
  (value, name) =>
    values.find((each) => each === value) ?? fail(name, `one of ${values.join(', ')}`);

/** Null counts as left out. */
const optional =
  <T>(read: Reader<T>): Reader<T | undefined> =>
  (value, name) =>
    value === undefined || value === null ? undefined : read(value, name);

/** An empty reason counts as left out. */
const readReason: Reader<string | undefined> = (value, name) =>
  optional(readText(limits.reasonLength, 'lines'))(value, name) || undefined;

function readObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(name, 'an object');
  // Without inherited properties.
  return Object.assign(Object.create(null) as object, value) as Record<string, unknown>;
}

const readIds: Reader<string[]> = (value, name) =>
  Array.isArray(value) ? value.map((each) => readId(each, name)) : fail(name, 'a list of UUIDs');

function readAuthor(value: unknown): Author {
  const { role, user_id, agent_id, restaurant_ids } = readObject(value, 'by');
  switch (oneOf<Author['role']>(['customer', 'restaurant', 'courier'])(role, 'by.role')) {
    case 'customer':
      return { role: 'customer', user_id: readId(user_id, 'by.user_id') };
    case 'restaurant':
      return { role: 'restaurant', restaurant_ids: readIds(restaurant_ids, 'by.restaurant_ids') };
    case 'courier':
      return { role: 'courier', agent_id: readId(agent_id, 'by.agent_id') };
  }
}

type Readers<Command> = { [Field in keyof Command]-?: Reader<Command[Field]> };

/** The fields of each command, without its author. */
const fields: { [Kind in OrderCommand['kind']]: Readers<Omit<CommandOf<Kind>, 'kind' | 'by'>> } = {
  decide: { status: oneOf(decisions), restaurant_id: optional(readId), reason: readReason },
  moveDelivery: { status: oneOf(deliveryMoves) },
  cancel: { reason: readReason },
  askAgent: {},
  decline: { agent_id: optional(readId), reason: readReason },
};

/** The command of an update's argument. Other fields are ignored. */
export function readCommand(kind: OrderCommand['kind'], arg: unknown): OrderCommand {
  const given = readObject(arg, 'The argument');
  const readers: [string, Reader<unknown>][] = Object.entries(fields[kind]);
  const read = Object.fromEntries(readers.map(([name, reader]) => [name, reader(given[name], name)]));
  return { kind, ...read, by: optional(readAuthor)(given['by'], 'by') } as OrderCommand;
}

/** The agent that the argument of `agentAssigned` names. */
export function readAgent(arg: unknown): AssignedAgent {
  const { agent_id, agent_name } = readObject(arg, 'The argument');
  const readName = readText(limits.nameLength, 'line');
  return { agent_id: readId(agent_id, 'agent_id'), agent_name: readName(agent_name, 'agent_name') };
}
