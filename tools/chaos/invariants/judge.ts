import { agents } from './agents';
import type { Case, Invariant, Offence } from './case';
import { course } from './course';
import { leftovers } from './leftovers';
import { placements } from './placements';
import { ratings } from './ratings';
import { rows } from './rows';

const invariants: Invariant[] = [placements, rows, agents, course, ratings, leftovers];

export interface Verdict {
  number: number;
  title: string;
  offences: Offence[];
}

/** Each invariant with what breaks it. */
export const judgeAll = (given: Case): Verdict[] =>
  invariants.map(({ number, title, offences }) => ({ number, title, offences: offences(given) }));
