import type { Evidence } from '../evidence/evidence';
import type { Pledge } from '../journal';

/** All that is judged: what was promised, what was sent on purpose, and what is there at the end. */
export interface Case {
  evidence: Evidence;
  pledges: Pledge[];
  poison: { id: string; queue: string; confirmed: boolean }[];
}

/** Something that should not be so. */
export interface Offence {
  orderId?: string;
  what: string;
}

/** Pure: names everything in the case that breaks it. */
export interface Invariant {
  number: number;
  title: string;
  offences: (given: Case) => Offence[];
}
