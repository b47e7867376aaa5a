import { agents } from './agents';
import { ordersOf, type Case, type Invariant } from './case';
import { leftovers } from './leftovers';
import { orderRows } from './order-rows';
import { placements } from './placements';
import { ratings } from './ratings';
import { stateMachine } from './state-machine';

/** Numbered from 1, as in docs/chaos.md. */
const invariants: Invariant[] = [placements, orderRows, agents, stateMachine, ratings, leftovers];

export type InvariantResult = ReturnType<typeof checkInvariants>[number];

export function checkInvariants(given: Case) {
  const orders = ordersOf(given);
  return invariants.map(({ title, check }, index) => ({
    number: index + 1,
    title,
    violations: [...check(given, orders)],
  }));
}
